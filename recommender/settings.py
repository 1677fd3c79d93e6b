"""`recommender.yaml` → `Settings`.

Every key is optional; a missing file means the defaults. Unknown keys and wrong types are refused,
because a setting that is silently ignored is worse than none.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn

from recommender.errors import ConfigError

FILE_NAME = "recommender.yaml"
WEIGHTS_FILE = "recommender.weights.yaml"
DEFAULT_INDEX = ".recommender"
DEFAULT_MODEL = "all-minilm-l6-v2"
DEFAULT_INCLUDE = ("**/*.md", "**/*.markdown")

Unpublished = Literal["show", "hide"]


@dataclass(frozen=True, slots=True)
class SchemaSettings:
    """How the front matter of this site is to be read.

    Attributes:
        preset: Name of the preset to start from (`seed`, `jekyll`, `hugo`, `eleventy`, `astro`).
        fields: Field of `Article` to the front matter keys that may hold it, first match wins;
            dots descend into mappings. Replaces the preset's keys for that field.
        permalink: Pattern of the site's addresses, such as `/:year/:slug/`; None: the preset's.
        site_url: Address of the site, put before permalinks; None leaves them as paths.
    """

    preset: str = "seed"
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    permalink: str | None = None
    site_url: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a site may set, validated.

    Attributes:
        articles: The articles folder, or None where every command must be told.
        index: The index directory.
        model: Registry name, folder or hub name of the embedding model.
        include: Glob patterns, relative to the articles folder, of files to read.
        exclude: Glob patterns of files and folders to leave out.
        unpublished: Whether unpublished articles are recommended; None takes the preset's choice.
        schema: How front matter is read.
        weights: The site's own ranking weights, which need not exist.
    """

    articles: Path | None = None
    index: Path = Path(DEFAULT_INDEX)
    model: str = DEFAULT_MODEL
    include: tuple[str, ...] = DEFAULT_INCLUDE
    exclude: tuple[str, ...] = ()
    unpublished: Unpublished | None = None
    schema: SchemaSettings = SchemaSettings()
    weights: Path = Path(WEIGHTS_FILE)

    @classmethod
    def from_file(cls, path: Path | None = None) -> Settings:
        """Read a settings file; without one, the defaults.

        Args:
            path: The file. None means `recommender.yaml` in the working directory, if it is there.

        Returns:
            The settings, with `articles`, `index` and a model folder taken relative to the file.

        Raises:
            ConfigError: The file is missing although named, is not YAML, or holds an unknown key
                or a value of the wrong type.
        """
        chosen = path or Path(FILE_NAME)
        if path is None and not chosen.exists():
            return cls()
        return _settings_from_mapping(_load(chosen), chosen)


def _load(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        data = yaml.safe_load(path.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigError(
            f"cannot read the settings file {path}: {error.strerror}.", path=path
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        detail = " ".join(str(error).split())
        raise ConfigError(f"{path} is not valid YAML: {detail}", path=path) from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigError(
            f"{path} holds a {type(data).__name__}; expected a mapping of settings.", path=path
        )
    return data


def _settings_from_mapping(data: Mapping[str, Any], path: Path) -> Settings:
    section = _Section(data, path, "")
    section.allow("articles", "index", "model", "include", "exclude", "unpublished", "schema")
    articles = section.text("articles")
    unpublished = section.choice("unpublished", ("show", "hide"))
    schema = _Section(section.mapping("schema"), path, "schema.")
    schema.allow("preset", "fields", "permalink", "site_url")
    fields = _Section(schema.mapping("fields"), path, "schema.fields.")
    return Settings(
        articles=path.parent / articles if articles else None,
        index=path.parent / (section.text("index") or DEFAULT_INDEX),
        model=_model(section.text("model") or DEFAULT_MODEL, path),
        include=section.texts("include") or DEFAULT_INCLUDE,
        exclude=section.texts("exclude"),
        unpublished=unpublished,
        weights=path.parent / WEIGHTS_FILE,
        schema=SchemaSettings(
            preset=schema.text("preset") or "seed",
            fields={name: fields.texts(name) for name in fields.data},
            permalink=schema.text("permalink"),
            site_url=schema.text("site_url"),
        ),
    )


def _model(name: str, path: Path) -> str:
    return str(path.parent / name) if name.startswith(("./", "../")) else name


@dataclass(frozen=True, slots=True)
class _Section:
    """One mapping of the settings file, with typed and checked access."""

    data: Mapping[str, Any]
    path: Path
    prefix: str

    def allow(self, *keys: str) -> None:
        for key in self.data:
            if key not in keys:
                close = difflib.get_close_matches(str(key), keys, n=1)
                advice = f"did you mean “{close[0]}”?" if close else f"known are {', '.join(keys)}."
                self._refuse(str(key), f"is not a setting: {advice}")

    def text(self, key: str) -> str | None:
        value = self.data.get(key)
        if value is not None and not isinstance(value, str):
            self._refuse(key, f"is {value!r}; expected a text.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key)
        items = [value] if isinstance(value, str) else value
        if items is None:
            return ()
        if not isinstance(items, Sequence) or not all(isinstance(item, str) for item in items):
            self._refuse(key, f"is {value!r}; expected a text or a list of texts.")
        return tuple(items)

    def choice(self, key: str, allowed: tuple[Any, ...]) -> Any:
        value = self.data.get(key)
        if value is not None and value not in allowed:
            self._refuse(key, f"is {value!r}; expected {' or '.join(allowed)}.")
        return value

    def mapping(self, key: str) -> Mapping[str, Any]:
        value = self.data.get(key)
        if value is not None and not isinstance(value, dict):
            self._refuse(key, f"is {value!r}; expected a mapping.")
        return value or {}

    def _refuse(self, key: str, complaint: str) -> NoReturn:
        raise ConfigError(
            f"{self.path}: {self.prefix}{key} {complaint}", path=self.path, key=self.prefix + key
        )
