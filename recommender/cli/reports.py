"""What the two commands about reports share: the package `evaluation`, whole and the right one."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from recommender import RecommenderError

_BESIDE_US = Path(__file__).resolve().parents[2]
_NEEDED = ("bm25s", "ir_measures", "jinja2", "svg")


def require_evaluation() -> None:
    """Make sure that `import evaluation` means ours, and that it can work.

    Raises:
        RecommenderError: Another package of that name hides it, or one that it needs is missing.
    """
    spec = find_spec("evaluation")
    found = Path(spec.origin).resolve() if spec and spec.origin else None
    if found != _BESIDE_US / "evaluation" / "__init__.py":
        place = "nothing" if found is None else f"{found.parent}"
        raise RecommenderError(
            f"found {place} under the name of the package `evaluation`; expected the one beside "
            f"{_BESIDE_US / 'recommender'}: run the command `recommender` (not `python -m "
            "recommender`), or run it in another folder."
        )
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise RecommenderError(
            f"reports need packages that are not installed ({', '.join(missing)}): "
            'pip install "related-article-recommender[evaluation]"'
        )
