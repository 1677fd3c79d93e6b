"""`recommender.yaml` → `Settings`.

Every key is optional; a missing file means the defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from recommender.section import Section

FILE_NAME = "recommender.yaml"
WEIGHTS_FILE = "recommender.weights.yaml"
LISTS_FILE = "recommender.lists.yaml"
DEFAULT_INDEX = ".recommender"
DEFAULT_MODEL = "all-minilm-l6-v2"
DEFAULT_INCLUDE = ("**/*.md", "**/*.markdown")

Unpublished = Literal["show", "hide"]
ChosenPrecision = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True, slots=True)
class SchemaSettings:
    """How the front matter of this site is to be read.

    Attributes:
        preset: Name of the preset to start from (`seed`, `jekyll`, `hugo`, `eleventy`, `astro`).
        fields: Field of `Article` to the front matter keys that may hold it, first match wins;
            dots descend into mappings. Replaces the preset's keys for that field.
        permalink: Pattern of the site's addresses, such as `/:year/:slug/`; None: the preset's.
        site_url: Address of the site, put before permalinks; None leaves them as paths.
        entry: What `write` tells of an article in an entry of a related list, and under which key;
            nothing given, as the preset has it.
    """

    preset: str = "seed"
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    permalink: str | None = None
    site_url: str | None = None
    entry: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """How a list is made from ranked candidates.

    Attributes:
        same_story: `collapse`: of articles that tell the same story, the query's own included, only
            the best stands in a list. `keep`, for aggregators: all do.
        curated: `first`: the editors' own list stands at the head, and is filled up. `ignore`: it
            is not looked at.
        per_provider: At most so many articles of one provider; None: any number.
        diversity: 0 to 1: how much a candidate loses for being similar to what stands above it.
        floor: 0 to 1: a candidate with a lower score is left out, so that lists may be short.
        exposure: 0 or more: how much an article loses for being near to very many others.
    """

    same_story: Literal["collapse", "keep"] = "collapse"
    curated: Literal["first", "ignore"] = "first"
    per_provider: int | None = None
    diversity: float = 0.0
    floor: float = 0.005
    exposure: float = 0.0


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be recommended at all; nothing set, all of them. Case does not matter.

    Attributes:
        languages: Only these (`en` for `en-GB` too), and articles that name none.
        types: Only these, and articles that name none.
        providers: Only these.
        without_providers: None of these.
        without_topics: None with one of these.
        without_folders: None below one of these, relative to the articles folder.
        max_age_days: None older than this at the time of asking; undated ones stay.
    """

    languages: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    without_providers: tuple[str, ...] = ()
    without_topics: tuple[str, ...] = ()
    without_folders: tuple[str, ...] = ()
    max_age_days: float | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a site may set, validated.

    Attributes:
        articles: The articles folder, or None where every command must be told.
        index: The index directory.
        model: Registry name, folder or hub name of the embedding model.
        precision: The numbers in which it computes. `auto`: those in which an index has been made;
            for a new one, the fastest of this machine.
        include: Glob patterns, relative to the articles folder, of files to read.
        exclude: Glob patterns of files and folders to leave out.
        unpublished: Whether unpublished articles are recommended; None takes the preset's choice.
        schema: How front matter is read.
        policy: How lists are made from ranked candidates.
        filters: Which articles may be recommended at all.
        weights: The site's own ranking weights, which need not exist.
        lists: The editors' pins and bans, which need not exist.
    """

    articles: Path | None = None
    index: Path = Path(DEFAULT_INDEX)
    model: str = DEFAULT_MODEL
    precision: ChosenPrecision = "auto"
    include: tuple[str, ...] = DEFAULT_INCLUDE
    exclude: tuple[str, ...] = ()
    unpublished: Unpublished | None = None
    schema: SchemaSettings = SchemaSettings()
    policy: Policy = Policy()
    filters: Filters = Filters()
    weights: Path = Path(WEIGHTS_FILE)
    lists: Path = Path(LISTS_FILE)

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
        from recommender.section import load_mapping

        return _settings_from_mapping(load_mapping(chosen), chosen)


def _settings_from_mapping(data: Mapping[str, Any], path: Path) -> Settings:
    from recommender.section import Section

    section = Section(data, path, "")
    section.allow(
        *("articles", "index", "model", "precision", "include", "exclude", "unpublished"),
        *("schema", "policy", "filters"),
    )
    articles = section.text("articles")
    return Settings(
        articles=path.parent / articles if articles else None,
        index=path.parent / (section.text("index") or DEFAULT_INDEX),
        model=_model(section.text("model") or DEFAULT_MODEL, path),
        precision=section.choice("precision", get_args(ChosenPrecision)) or "auto",
        include=section.texts("include") or DEFAULT_INCLUDE,
        exclude=section.texts("exclude"),
        unpublished=section.choice("unpublished", ("show", "hide")),
        schema=_schema(section.section("schema")),
        policy=_policy(section.section("policy")),
        filters=_filters(section.section("filters")),
        weights=path.parent / WEIGHTS_FILE,
        lists=path.parent / LISTS_FILE,
    )


def _schema(section: Section) -> SchemaSettings:
    section.allow("preset", "fields", "permalink", "site_url", "entry")
    fields, entry = section.section("fields"), section.section("entry")
    return SchemaSettings(
        preset=section.text("preset") or "seed",
        fields={name: fields.texts(name) for name in fields.data},
        permalink=section.text("permalink"),
        site_url=section.text("site_url"),
        entry={name: entry.text(name) or name for name in entry.data},
    )


def _policy(section: Section) -> Policy:
    section.allow("same_story", "curated", "per_provider", "diversity", "floor", "exposure")
    per_provider = section.number("per_provider", 1, 1_000)
    chosen = {
        "same_story": section.choice("same_story", ("collapse", "keep")),
        "curated": section.choice("curated", ("first", "ignore")),
        "per_provider": None if per_provider is None else int(per_provider),
        "diversity": section.number("diversity", 0, 1),
        "floor": section.number("floor", 0, 1),
        "exposure": section.number("exposure", 0, 10),
    }
    return Policy(**{name: value for name, value in chosen.items() if value is not None})


def _filters(section: Section) -> Filters:
    names = (
        *("languages", "types", "providers"),
        *("without_providers", "without_topics", "without_folders"),
    )
    section.allow(*names, "max_age_days")
    return Filters(
        **{name: section.texts(name) for name in names},
        max_age_days=section.number("max_age_days", 0, 1_000_000),
    )


def _model(name: str, path: Path) -> str:
    return str(path.parent / name) if name.startswith(("./", "../")) else name
