"""Runs commands of the program, each in a process of its own that can be killed; for killing.py.

usage: python command_server.py     (requests on stdin, answers on stdout, a JSON object a line)

Everything is imported once; each command is a fork that begins with `main()`. So no kill is spent
on imports, and a run costs a fraction of a second. The model is the tests' fake one, and the
shipped weights know vectors alone, so that `fit` gains on any site.
"""

from __future__ import annotations

import contextlib
import json
import os
import pkgutil
import resource
import signal
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from fakes import FakeEncoder
from killed_writer import die_at

import recommender
import recommender.fitting
import recommender.indexing
import recommender.site_weights
from recommender.cli.main import main
from recommender.ranking.gain import Gain
from recommender.ranking.weights import Weights

TRACEBACK = 70
"""Exit code of a command that ended in an exception, which none ever should."""

_STEP = 0.0005  # seconds between two looks at a child
_TOO_LONG = 120  # seconds after which a child hangs, and a test should fail and not wait

SHIPPED = Weights({"vectors": 1.0, "listed": 0.2})
LEARNED = Weights({"vectors": 0.5, "words": 0.5})


def serve() -> None:
    """Answer until stdin ends."""
    for module in pkgutil.walk_packages(recommender.__path__, "recommender."):
        if module.name != "recommender.__main__":
            import_module(module.name)
    for name in ("faiss", "filelock", "rich.table", "scipy.optimize", "sklearn.linear_model"):
        import_module(name)
    vars(recommender.indexing)["find_model"] = lambda _: FakeEncoder()
    for module in (recommender, recommender.fitting, recommender.site_weights):
        vars(module)["shipped_weights"] = lambda: SHIPPED
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line))), flush=True)  # noqa: T201


def _run(request: dict[str, Any]) -> dict[str, Any]:
    """Run one command; what it says must fit into a pipe, 64 kB on Linux."""
    pipes = [os.pipe() for _ in ("begun", "out", "err")]
    child = os.fork()
    if not child:
        _be(request, *(write for _, write in pipes))
    for _, write in pipes:
        os.close(write)
    begun, out, err = (open(read, encoding="utf-8") for read, _ in pipes)  # noqa: SIM115, PTH123
    with begun, out, err:
        begun.read(1)
        start = time.monotonic()
        status = _wait(child, start, request["kill_after"], request["signal"])
        seconds = time.monotonic() - start
        code = os.waitstatus_to_exitcode(status)
        return {"code": code, "seconds": seconds, "out": out.read(), "err": err.read()}


def _wait(child: int, start: float, kill_after: float | None, sign: int) -> int:
    is_due = kill_after is not None
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        if is_due and time.monotonic() - start >= (kill_after or 0):
            os.kill(child, sign)
            is_due = False
        if time.monotonic() - start > _TOO_LONG:
            os.kill(child, signal.SIGABRT)
        time.sleep(_STEP)


def _be(request: dict[str, Any], begun: int, out: int, err: int) -> None:
    """Be the command, and end with it."""
    os.dup2(out, 1)
    os.dup2(err, 2)
    sys.stdout, sys.stderr = (open(fd, "w", encoding="utf-8") for fd in (1, 2))  # noqa: SIM115, PTH123
    os.chdir(request["cwd"])
    sys.argv = ["recommender", *request["argv"]]
    code: object = TRACEBACK
    try:
        if request["max_file_bytes"] is not None:
            limit = request["max_file_bytes"]
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        if request["is_learned"]:
            vars(recommender)["gain_of_fitting"] = lambda *_, **__: Gain(20, 0.3, 0.4, 0.05, 0.15)
            vars(recommender)["fit"] = lambda *_, **__: LEARNED
        if request["line"]:
            place, number = request["line"]
            die_at(number, str(Path(recommender.__file__).parent / place))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.write(begun, b"!")
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - what users would see as a traceback
        traceback.print_exc()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else TRACEBACK)


if __name__ == "__main__":
    serve()
