"""Checks what a wheel holds: the product, its models and samples, and nothing else.

usage: check_wheel.py WHEEL
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

NEEDED = (
    "recommender/__init__.py",
    "recommender/py.typed",
    "recommender/cli/main.py",
    "recommender/_models/registry.yaml",
    "recommender/_models/all-minilm-l6-v2/card.md",
    "evaluation/__init__.py",
    "evaluation/report/templates/page.html",
    "evaluation/datasets/ai-news/README.md",
)
ALLOWED_ROOTS = ("recommender", "evaluation")
ALLOWED_ENDINGS = {".py", ".typed", ".yaml", ".md", ".html", ".css", ".js"}
ALLOWED = {
    f"evaluation/benchmarks/peer_programs/requirements-{name}.txt" for name in ("peers", "search")
}
MAX_BYTES = 2_000_000


def complaints(wheel: Path) -> list[str]:
    """Everything about the wheel that is not as it should be, a sentence each."""
    names = zipfile.ZipFile(wheel).namelist()
    found = [f"{name} is missing" for name in NEEDED if name not in names]
    for name in names:
        root = name.split("/", 1)[0]
        if root.endswith(".dist-info"):
            continue
        is_known = Path(name).suffix in ALLOWED_ENDINGS or name in ALLOWED
        if root not in ALLOWED_ROOTS or not is_known:
            found.append(f"{name} does not belong here")
    if wheel.stat().st_size > MAX_BYTES:
        found.append(f"it has {wheel.stat().st_size:,} bytes; {MAX_BYTES:,} at most")
    return found


if __name__ == "__main__":
    wheel = Path(sys.argv[1])
    problems = complaints(wheel)
    for problem in problems:
        sys.stderr.write(f"{wheel.name}: {problem}\n")
    sys.stdout.write(f"{wheel.name}: {'refused' if problems else 'as it should be'}\n")
    sys.exit(bool(problems))
