"""Feed a target with ever new bytes: `python tests/fuzz/fuzz.py TARGET --seconds 10`.

Starts from the kept corpus, writes to a temporary one, and says how many inputs were tried. Ends
with 0 where nothing but documented errors came out; else it shows the traceback and names a file
with the input that did it: put that into the corpus, under a name that says what it is.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import warnings
from pathlib import Path

import atheris

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
MAX_BYTES = 4096
MEGABYTES = 2048
SLOWEST = 20  # seconds for one input


def main() -> None:
    """Fuzz one target for some seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=sorted(path.name for path in (HERE / "corpus").iterdir()))
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time")
    parser.add_argument("--corpus", type=Path, help="keep what is new in this folder")
    options = parser.parse_args()
    with atheris.instrument_imports(include=["recommender"]):
        from targets import TARGETS
    logging.disable()
    warnings.simplefilter("error")
    finds = Path(tempfile.gettempdir())
    with tempfile.TemporaryDirectory() as folder:
        atheris.Setup(
            [
                sys.argv[0],
                str(options.corpus or folder),
                str(HERE / "corpus" / options.target),
                f"-max_total_time={options.seconds}",
                f"-seed={options.seed}",
                f"-max_len={MAX_BYTES}",
                f"-rss_limit_mb={MEGABYTES}",
                f"-timeout={SLOWEST}",
                f"-artifact_prefix={finds}/fuzz-{options.target}-",
                "-len_control=0",
                "-print_final_stats=1",
                "-verbosity=0",
            ],
            TARGETS[options.target],
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
