"""What stands on the page, part by part; the templates only lay it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from .charts.differences import Panel, difference_panels
from .charts.lines import exposure_sentences, lorenz_chart, recall_chart
from .charts.map import map_chart, map_key, map_sentence, map_table
from .charts.pairs import pairs_chart, pairs_sentence, pairs_table
from .charts.reliability import reliability_chart, reliability_sentences, why_no_curve
from .charts.summary import tenths_chart
from .charts.systems import systems_chart
from .details import (
    lorenz_table,
    made_table,
    most_shown_tables,
    recall_table,
    reliability_tables,
    systems_asked_table,
)
from .limits import limit_sentences, measured, missing_sentences, truth_sentences
from .reading import Reading, label
from .summary import Tile, headline, tiles, verdict
from .tables import (
    Table,
    absent_views,
    all_measures,
    catalogue_table,
    comparisons_table,
    systems_table,
    views_table,
)
from .texts import clean
from .wording import count


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture and its numbers as text.

    Attributes:
        name: Its id on the page.
        pictures: SVG, one for each width that looks different; none where nothing can be drawn.
        tables: The numbers.
        absent: Why there is no picture, where there is none.
    """

    name: str
    pictures: Sequence[str]
    tables: Sequence[Table]
    absent: str


def _figure(
    name: str, pictures: Sequence[str | None], tables: Sequence[Table], absent: str
) -> Figure:
    drawn = [picture for picture in pictures if picture is not None]
    return Figure(name, drawn, tables if drawn else (), absent)


@dataclass(frozen=True)
class Page:
    """Everything that the template asks for.

    Attributes:
        reading: The report.
    """

    reading: Reading

    @property
    def title(self) -> str:
        """Of the window."""
        return f"Related articles of {clean(self.reading.report['corpus']['name'], 80)}: report"

    @property
    def corpus_line(self) -> str:
        """What was read and when, in one line."""
        report = self.reading.report
        corpus, truth = report["corpus"], report["truth"]
        return " · ".join(
            [
                clean(corpus["name"], 80),
                count(corpus["n_articles"], "article"),
                f"judged by {count(truth['n_queries'], 'list')}",
                clean(str(report["made"]["at"])[:10]),
            ]
        )

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        return headline(self.reading)

    @property
    def tenths(self) -> str | None:
        """The same as ten small articles."""
        return tenths_chart(self.reading)

    @property
    def verdict(self) -> list[str]:
        """The reference against the others."""
        return verdict(self.reading)

    @property
    def tiles(self) -> list[Tile]:
        """Four figures."""
        return tiles(self.reading)

    @property
    def measured(self) -> str:
        """What the main measure is."""
        return measured(self.reading)

    @property
    def missing(self) -> list[str]:
        """Systems without figures."""
        return missing_sentences(self.reading)

    @property
    def absent_views(self) -> list[str]:
        """Points of view that the corpus does not allow."""
        return absent_views(self.reading)

    @property
    def reference(self) -> str:
        """The label of what the others are compared with."""
        return label(self.reading.reference) if self.reading.reference else "the reference"

    @property
    def has_as_of(self) -> bool:
        """Whether there are figures as of each article's date."""
        return any(system["as_of"] for system in self.reading.with_figures)

    @property
    def has_in_sample(self) -> bool:
        """Whether any system was fitted on what it is measured by."""
        return any(system["is_in_sample"] for system in self.reading.with_figures)

    @property
    def is_conclusive(self) -> bool:
        """Whether there are queries enough for intervals and tests."""
        return self.reading.is_conclusive

    @property
    def has_tests(self) -> bool:
        """Whether differences were tested."""
        return self.reading.is_conclusive and bool(self.reading.comparisons)

    @cached_property
    def systems(self) -> Figure:
        """Systems with intervals."""
        reading = self.reading
        names = all_measures(reading)
        return _figure(
            "systems-figure",
            [systems_chart(reading, is_wide=is_wide) for is_wide in (True, False)],
            [systems_table(reading, names, with_bounds=names)],
            "No system could be measured.",
        )

    @property
    def views(self) -> Table | None:
        """The primary measure from each point of view."""
        return views_table(self.reading)

    @cached_property
    def recall(self) -> Figure:
        """Recall against k."""
        return _figure(
            "recall-figure",
            [recall_chart(self.reading, is_wide=is_wide) for is_wide in (True, False)],
            [recall_table(self.reading)],
            "No system could be measured.",
        )

    @cached_property
    def pairs(self) -> Figure:
        """Curated against random pairs."""
        pairs = self.reading.report["pairs"]
        return _figure(
            "pairs-figure",
            [pairs_chart(self.reading, is_wide=is_wide) for is_wide in (True, False)],
            [pairs_table(pairs)] if pairs else [],
            "With fewer than two candidates there are no pairs to compare.",
        )

    @property
    def pairs_sentence(self) -> str:
        """What the pairs say."""
        pairs = self.reading.report["pairs"]
        return pairs_sentence(pairs) if pairs else ""

    @cached_property
    def panels(self) -> list[Panel]:
        """Wins and losses, a panel a system."""
        return difference_panels(self.reading)

    @property
    def comparisons(self) -> Table:
        """All comparisons in figures."""
        return comparisons_table(self.reading)

    @cached_property
    def reliability(self) -> Figure:
        """Whether scores mean what they promise."""
        return _figure(
            "score-figure",
            [reliability_chart(self.reading, is_wide=is_wide) for is_wide in (True, False)],
            reliability_tables(self.reading),
            why_no_curve(self.reading),
        )

    @property
    def reliability_sentences(self) -> list[str]:
        """What a score is worth."""
        return list(reliability_sentences(self.reading))

    @cached_property
    def exposure(self) -> Figure:
        """How unequally articles are shown."""
        return _figure(
            "exposure-figure",
            [lorenz_chart(self.reading, is_wide=is_wide) for is_wide in (True, False)],
            [lorenz_table(self.reading)],
            "No list shows an article, so there is no exposure to draw.",
        )

    @property
    def exposure_sentences(self) -> list[str]:
        """What the most shown articles take."""
        return list(exposure_sentences(self.reading))

    @property
    def catalogue(self) -> Table:
        """What readers would meet."""
        return catalogue_table(self.reading)

    @property
    def most_shown(self) -> list[Table]:
        """Articles shown most often."""
        return most_shown_tables(self.reading)

    @cached_property
    def map(self) -> Figure:
        """The map of the articles."""
        site = self.reading.report["map"]
        return _figure(
            "map-figure",
            [map_chart(self.reading)],
            [map_table(self.reading, site)] if site else [],
            "With fewer than three articles there is no map to draw.",
        )

    @property
    def map_sentence(self) -> str:
        """What the map shows."""
        site = self.reading.report["map"]
        return map_sentence(site) if site else ""

    @property
    def map_key(self) -> dict[str, str]:
        """Kinds of points that the map holds, and what they mean."""
        site = self.reading.report["map"]
        return map_key(self.reading, site) if site else {}

    @property
    def truth(self) -> list[str]:
        """What the systems are judged by."""
        return list(truth_sentences(self.reading))

    @property
    def limits(self) -> list[str]:
        """What the figures cannot say."""
        return list(limit_sentences(self.reading))

    @property
    def unresolved(self) -> list[str]:
        """List entries that name no article."""
        return [clean(line, 1000) for line in self.reading.report["truth"]["unresolved"]]

    @property
    def made(self) -> list[Table]:
        """Settings, versions, hashes and times."""
        return [systems_asked_table(self.reading), made_table(self.reading)]
