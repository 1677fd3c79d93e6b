"""Where the files lie that come with this version: the registry of models, and weights."""

from __future__ import annotations

from pathlib import Path

from recommender.errors import ModelNotFoundError


def models_folder() -> Path:
    """The folder of the registry, in an installed wheel or in a checkout.

    Raises:
        ModelNotFoundError: It is in neither place.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "_models", package.parent / "models"):
        if (folder / "registry.yaml").is_file():
            return folder
    raise ModelNotFoundError(
        f"the model registry is missing beside {package}: install the recommender anew.",
        model="registry",
    )
