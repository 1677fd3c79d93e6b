"""Beside other tools that find related articles: what they cost, and how good their lists are.

usage: python -m evaluation.benchmarks.peers --corpora FOLDER [--environment FOLDER] [--output FILE]

Every corpus in FOLDER, and a made-up site of 10,000 articles for costs alone, is given to each tool
as the same folder of Markdown files: from there to every article's list of ten, in a process of its
own. Ours is the installed command, `index` and then `export`; what it costs on the folder as it was
is measured again and again. Whose cost is no promise of ours, and high, runs once, the others in
rounds, one after the other. The tools are installed, in the versions of
`peer_programs/requirements-peers.txt`, into a virtual environment of their own, which
`--environment` keeps.

nDCG is over the articles that have an editors' list. Nobody looks at these lists: ours are made
without them, by weights that have not seen the corpus, and else as by default.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import source_of, unpacked, unseen_weights
from evaluation.benchmarks.peer_environment import PeerEnvironment, versions
from evaluation.benchmarks.peer_programs.reading import LENGTH, front_matter
from evaluation.benchmarks.process import Run, run_process
from recommender import Policy, Recommender, Settings, list_models

RESULTS = Path(__file__).parent / "results" / "peers.json"
N_ROUNDS = 3
N_ARTICLES = 10_000
SEED = 11
MADE_UP = "made up"
FIRST, LATER = "recommender, first run", "recommender, later run"
CUTOFFS = (5, 10)
OURS_READS = "titles and excerpts by the model, words of all text"
HASH_SHOWN = 12  # digits; all of them stand in the result file

Lists = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Peer:
    """Another tool.

    Attributes:
        program: Its module among the peers' programs.
        reads: The text that it compares.
        encodes: Whether it needs the model.
        once: Whether it runs in the first round only, because it takes long.
        writes: Whether it writes into the articles, of which it gets a copy.
    """

    program: str
    reads: str = "all text"
    encodes: bool = False
    once: bool = False
    writes: bool = False


PEERS = {
    "scikit-learn TF-IDF": Peer("tfidf"),
    "prelims": Peer("front_matter", "bodies", writes=True),
    "bm25s": Peer("bm25"),
    "gensim LSI": Peer("lsi", once=True),
    "txtai, same model": Peer("dense", "titles and excerpts", encodes=True, once=True),
}


@dataclass(frozen=True, slots=True)
class Site:
    """A folder of articles, and one to work in.

    Attributes:
        name: What it is called.
        articles: Where its articles are.
        source: Where they come from.
        scratch: Where an index, exports and copies go.
    """

    name: str
    articles: Path
    source: Mapping[str, str]
    scratch: Path

    @property
    def index(self) -> Path:
        """Where its index goes."""
        return self.scratch / "index"


@dataclass(slots=True)
class Costs:
    """What one tool cost on one site, round by round."""

    runs: list[Run] = field(default_factory=list)
    failure: str | None = None


def measured(corpora: Path, scratch: Path, environment: Path | None = None) -> dict[str, Any]:
    """Run everything on every site; what judging takes of memory is taken afterwards."""
    peers = PeerEnvironment(environment or scratch / "environment", scratch, "peers")
    found = [(site, costs_on(site, peers, N_ROUNDS)) for site in sites(corpora, scratch)]
    return {
        "rounds": N_ROUNDS,
        "seed": SEED,
        "peers": versions("peers"),
        "corpora": [described(site, costs) for site, costs in found],
    }


def sites(corpora: Path, scratch: Path) -> Iterator[Site]:
    """The corpora of a folder, and one that is made up."""
    for name, articles in unpacked(corpora, scratch):
        folder = _made(scratch / "sites" / name)
        yield Site(name, articles.absolute(), source_of(corpora / name), folder)
    folder = _made(scratch / "sites" / MADE_UP)
    program = "evaluation.benchmarks.synthetic_folder"
    run_process([sys.executable, "-m", program, N_ARTICLES, folder / "articles", SEED])
    yield Site(MADE_UP, folder / "articles", {"source": f"`{program}`"}, folder)


def costs_on(site: Site, peers: PeerEnvironment, n_rounds: int) -> dict[str, Costs]:
    """What each tool costs; who has failed once is not asked again."""
    found = {name: Costs() for name in (FIRST, LATER, *PEERS)}
    found[FIRST].runs.append(ours(site))
    for i in range(n_rounds):
        found[LATER].runs.append(ours(site))
        for name, peer in PEERS.items():
            costs = found[name]
            if costs.failure or (peer.once and i):
                continue
            try:
                costs.runs.append(theirs(peer, site, peers))
            except subprocess.CalledProcessError as error:
                costs.failure = f"it ended with {error.returncode}"
    return found


def ours(site: Site) -> Run:
    """`index`, then `export`: from the folder to every article's list, as fast as may be."""
    program, place = (sys.executable, "-m", "recommender"), ("--index", site.index)
    parts = (
        run_process([*program, "index", site.articles, *place], folder=site.scratch),
        run_process([*program, "export", *place, "--output", "lists.json"], folder=site.scratch),
    )
    return Run(
        wall_seconds=sum(part.wall_seconds for part in parts),
        cpu_seconds=sum(part.cpu_seconds for part in parts),
        peak_megabytes=max(part.peak_megabytes for part in parts),
        said=(),
    )


def theirs(peer: Peer, site: Site, peers: PeerEnvironment) -> Run:
    """What a tool cost; copying articles for one that writes into them costs nothing."""
    model = [list_models()[0].model.locate()] if peer.encodes else []
    folder = site.articles
    if peer.writes:
        folder = site.scratch / peer.program
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(site.articles, folder)
    return peers.run(peer.program, folder, site.scratch / f"{peer.program}.json", *model)


def lists_of(peer: Peer, site: Site) -> Lists:
    """The lists that a tool made last."""
    if peer.writes:
        return written_lists(site.scratch / peer.program)
    lists: Lists = json.loads((site.scratch / f"{peer.program}.json").read_text("utf-8"))
    return lists


def written_lists(folder: Path) -> Lists:
    """The lists that prelims wrote; it calls an article by the name of its file."""
    paths = sorted(folder.rglob("*.md"))
    ids = {path.stem: path.relative_to(folder).with_suffix("").as_posix() for path in paths}
    lists = {}
    for path in paths:
        addresses = front_matter(path)[0].get("recommendations", ())
        lists[ids[path.stem]] = [ids[address.split("/")[-2]] for address in addresses]
    return lists


def described(site: Site, found: Mapping[str, Costs]) -> dict[str, Any]:
    """One site's part of the result."""
    engine = Recommender.open(
        site.index, settings=Settings(), weights=unseen_weights(site.name).without_lists()
    )
    systems = {name: _cost(costs) for name, costs in found.items()}
    if site.name != MADE_UP:
        reached = _quality(engine, our_lists(engine))  # first or later, the lists are the same
        systems[FIRST] |= reached
        systems[LATER] |= reached
        for name, peer in PEERS.items():
            if not found[name].failure:
                systems[name] |= _quality(engine, lists_of(peer, site))
    later, prelims = (systems[name].get("cpu_seconds") for name in (LATER, "prelims"))
    return {
        "name": site.name,
        **site.source,
        "sha256": engine.corpus_hash,
        "precision": engine.model.precision,
        "articles": len(engine.articles),
        "lists": len(engine.lists),
        "systems": systems,
        "later run to prelims": round(later / prelims, 3) if later and prelims else None,
    }


def our_lists(engine: Recommender) -> Lists:
    """Ours, without a look at the editors', and else as the command makes them."""
    made = engine.recommend_all(LENGTH, lists={}, policy=Policy(curated="ignore"))
    return {query: [item.id for item in items] for query, items in made}


def _cost(costs: Costs) -> dict[str, Any]:
    if costs.failure:
        return {"failure": costs.failure}
    return {
        "cpu_seconds": round(statistics.median(run.cpu_seconds for run in costs.runs), 2),
        "peak_megabytes": max(run.peak_megabytes for run in costs.runs),
        "runs": [{**asdict(run), "said": []} for run in costs.runs],
    }


def _quality(engine: Recommender, lists: Lists) -> dict[str, float]:
    from ir_measures import nDCG

    from evaluation.benchmarks.shown import ndcg

    measures = [nDCG @ cutoff for cutoff in CUTOFFS]
    return {str(measure): round(ndcg(engine.lists, lists, measure), 4) for measure in measures}


def table(result: dict[str, Any]) -> str:
    """The result as a Markdown table; below it what it was measured on, and what is promised."""
    measures = [f"nDCG@{cutoff}" for cutoff in CUTOFFS]
    lines = [
        f"| folder | made by | reads | CPU | peak | {' | '.join(measures)} |",
        f"|---|---|---|---:|---:|{'---:|' * len(measures)}",
    ]
    for corpus in result["corpora"]:
        folder = f"{corpus['name']}, {corpus['articles']:,} articles"
        for name, system in corpus["systems"].items():
            reads = PEERS[name].reads if name in PEERS else OURS_READS
            cells = [folder, name, reads, *_figures(system, measures)]
            lines.append(f"| {' | '.join(cells)} |")
            folder = ""
    return "\n".join([*lines, "", *_sentences(result["corpora"])])


def _figures(system: Mapping[str, Any], measures: Sequence[str]) -> list[str]:
    if "failure" in system:
        return [str(system["failure"]), "", *[""] * len(measures)]
    cost = [f"{system['cpu_seconds']:.1f} s", f"{system['peak_megabytes']:,.0f} MB"]
    return [*cost, *(f"{system[of]:.3f}" if of in system else "" for of in measures)]


def _sentences(corpora: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    ratios = [
        f"{corpus['later run to prelims']:.2f} on {corpus['name']}"
        for corpus in corpora
        if corpus["later run to prelims"] is not None
    ]
    if ratios:
        yield f"Of the CPU time of prelims, a later run takes {', '.join(ratios)}."
    precisions = sorted({str(corpus["precision"]) for corpus in corpora})
    yield f"Our model computed in {' and '.join(precisions)}."
    sources = (
        f"{corpus['name']} is {corpus.get('source', 'of unknown source')} "
        f"(sha256 {corpus['sha256'][:HASH_SHOWN]}…)"
        for corpus in corpora
    )
    yield f"The folders: {'; '.join(sources)}."


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table, folders=["environment"])
