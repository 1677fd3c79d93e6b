"""Which preset a folder of articles was written for, and what speaks for it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recommender.corpus.front_matter.document import FrontMatter
from recommender.corpus.schema.presets import PRESETS, Preset

_HUGO_ENDINGS = ("toml", "yaml", "yml", "json")
_SCRIPT_ENDINGS = ("js", "mjs", "cjs", "ts", "mts")
MARKER_FILES: Mapping[str, tuple[str, ...]] = {
    "jekyll": ("_config.yml", "_config.yaml"),
    "hugo": tuple(f"{name}.{ending}" for name in ("hugo", "config") for ending in _HUGO_ENDINGS),
    "eleventy": (".eleventy.js", *(f"eleventy.config.{ending}" for ending in _SCRIPT_ENDINGS)),
    "astro": tuple(f"astro.config.{ending}" for ending in _SCRIPT_ENDINGS),
}
ARTICLE_FOLDERS = ("content", "src/content", "_posts", "src/posts", "posts", "articles")
N_PARENTS = 3  # from src/content/blog to the site's own folder
MARKER_WEIGHT = 2.0
_DATED_NAME = re.compile(r"(^|/)\d{4}-\d{1,2}-\d{1,2}-[^/]+$")


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found out about a folder.

    Attributes:
        preset: Name of the preset that fits best.
        evidence: What speaks for it, a short sentence each.
    """

    preset: str
    evidence: tuple[str, ...]


def articles_folder(folder: Path) -> Path:
    """Where the articles of a site lie: in the folder itself, unless it is the site's own."""
    if any(_marker_in(folder, preset) for preset in MARKER_FILES):
        return next((folder / sub for sub in ARTICLE_FOLDERS if (folder / sub).is_dir()), folder)
    return folder


def detect_preset(folder: Path, samples: Mapping[str, FrontMatter]) -> Detection:
    """Find the preset that fits a folder best.

    Each preset earns a point for the share of the files' keys that it knows, one for the share of
    files that have its date key, one for its generator's habit, and two for a settings file of its
    generator in the folder or up to three above. The first of equals in `PRESETS` wins.

    Args:
        folder: The articles folder.
        samples: Some of its files, by path; at least one.
    """
    findings = {name: _findings(preset, folder, samples) for name, preset in PRESETS.items()}
    best = max(PRESETS, key=lambda name: sum(points for points, _ in findings[name]))
    return Detection(best, tuple(sentence for points, sentence in findings[best] if points))


def _findings(
    preset: Preset, folder: Path, samples: Mapping[str, FrontMatter]
) -> list[tuple[float, str]]:
    """Points for a preset, each with what it is given for."""
    date_key = preset.fields["published_at"][0]
    has_date = [date_key in sample.data for sample in samples.values()]
    findings = [
        (_share_known(preset, samples), f"the {preset.name} preset knows its keys"),
        (_mean(has_date), f"{sum(has_date)} of {len(has_date)} files have “{date_key}”"),
    ]
    if preset.name in _HABITS:
        habit, sentence = _HABITS[preset.name]
        has_habit = [habit(path, sample) for path, sample in samples.items()]
        findings.append((_mean(has_habit), f"{sum(has_habit)} of {len(has_habit)} {sentence}"))
    marker = _marker(folder, preset.name)
    if marker:
        findings.append((MARKER_WEIGHT, f"{marker.name} lies in {marker.parent}"))
    return findings


def _share_known(preset: Preset, samples: Mapping[str, FrontMatter]) -> float:
    known = {key.split(".")[0] for keys in preset.fields.values() for key in keys}
    return _mean([_mean([key in known for key in sample.data]) for sample in samples.values()])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _marker(folder: Path, preset: str) -> Path | None:
    whole = Path(os.path.realpath(folder))
    found = (_marker_in(place, preset) for place in (whole, *whole.parents[:N_PARENTS]))
    return next(filter(None, found), None)


def _marker_in(place: Path, preset: str) -> Path | None:
    """A generator's settings file; one of a common name counts beside `content` only."""
    for name in MARKER_FILES.get(preset, ()):
        is_telling = not name.startswith("config.") or (place / "content").is_dir()
        if is_telling and (place / name).is_file():
            return place / name
    return None


def _tags(sample: FrontMatter) -> Sequence[object]:
    tags = sample.data.get("tags")
    return tags if isinstance(tags, list) else [tags]


_HABITS: Mapping[str, tuple[Callable[[str, FrontMatter], bool], str]] = {
    "jekyll": (
        lambda path, sample: bool(_DATED_NAME.search(path)) and "layout" in sample.data,
        "files are dated by name and have a layout",
    ),
    "hugo": (lambda _, sample: sample.format != "yaml", "files have TOML or JSON front matter"),
    "eleventy": (
        lambda _, sample: not {"post", "posts"}.isdisjoint(map(str, _tags(sample))),
        "files are tagged as posts",
    ),
}
