"""Tasks on Ray, which only this file knows.

Ray Data streams the tasks through workers and does those of a lost worker or node again. Nothing is
kept in Ray's own memory but which tasks there are: what they make lies in files.
"""

from __future__ import annotations

import logging
import os
import pickle
import platform
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from recommender.errors import ClusterError, RecommenderError
from recommender.version import __version__

if TYPE_CHECKING:
    from recommender.cluster.tasks import Job, Task

RAY = "2.60"
"""The version that this was tested with."""

PORT = 6379
_SECONDS = 5.0
_STORE_BYTES = 1 << 28  # of the object store of a cluster of this machine; tasks are small
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # else it speaks past Python, on stderr
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


_LOOPBACK = ("127.", "localhost")
_ONLY_LOOPBACK = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
"""Else Ray takes 127.0.0.1 for this machine's address on the network, and listens there."""


@contextmanager
def on_ray(address: str | None, n_workers: int | None = None) -> Iterator[RayRunner]:
    """Whoever does tasks on Ray, until the end of the block.

    Args:
        address: `HOST` or `HOST:PORT` of a cluster that is running, of which this machine is a
            node; None starts one of this machine alone, on 127.0.0.1, and ends it.
        n_workers: Tasks at a time on such a machine; None: one for each processor.

    Raises:
        ClusterError: Ray is not installed, or of another version; or there is no cluster.
    """
    ray = _imported(address)
    if ray.is_initialized():
        raise ClusterError(
            "Ray is in use in this process already: end it with `ray.shutdown()`.", address=address
        )
    with _muted():
        _connect(ray, address, n_workers)
    try:
        yield RayRunner(ray, address)
    finally:
        ray.shutdown()


class RayRunner:
    """Does tasks on the cluster to which this process is connected.

    Args:
        ray: The library.
        address: Of the cluster, for messages.
    """

    def __init__(self, ray: Any, address: str | None) -> None:
        self._ray = ray
        self._address = address

    def run(self, job: Job, tasks: Sequence[Task], progress: Callable[[int], None]) -> None:
        """See `Runner.run`.

        Raises:
            ClusterError: The cluster is lost, or a worker cannot do its work.
            RecommenderError: What a task has raised.
        """
        from ray.exceptions import RayError

        try:
            for n_done, row in enumerate(self._spread(job, tasks).iter_rows(), start=1):
                if raised := row[_RAISED]:
                    raise pickle.loads(raised)  # noqa: S301 - pickled by `_do`
                progress(n_done)
        except (RayError, ConnectionError) as error:
            raise _failed(error, self._address) from error

    def _spread(self, job: Job, tasks: Sequence[Task]) -> Any:
        from ray.data import ActorPoolStrategy, TaskPoolStrategy, from_items

        items = [{"task": pickle.dumps(task)} for task in tasks]
        data = from_items(items, override_num_blocks=len(items))
        # Ray Data begins tasks of lost workers and nodes anew, and restarts actors, by itself
        if job.tool is None:
            return data.map(_once(job), compute=TaskPoolStrategy())
        n_workers = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        pool = ActorPoolStrategy(min_size=1, max_size=min(n_workers, len(items)))
        return data.map(_Worker, compute=pool, fn_constructor_args=(job,))


class _Worker:
    """Keeps what its job's tasks need; one in each of the processes that do them."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._tools = job.tools()

    def __call__(self, row: dict[str, Any]) -> dict[str, bytes]:
        return _do(self._job, row, self._tools)


def _once(job: Job) -> Callable[[dict[str, Any]], dict[str, bytes]]:
    return lambda row: _do(job, row, ())


def _do(job: Job, row: dict[str, Any], tools: tuple[object, ...]) -> dict[str, bytes]:
    """Do a task; what it raises in our words is told as it is, which Ray would rewrite."""
    try:
        job.do(pickle.loads(row["task"]), tools)  # noqa: S301 - pickled by `_spread`
    except RecommenderError as error:
        return {_RAISED: pickle.dumps(error)}
    return {_RAISED: b""}


_RAISED = "raised"


def _imported(address: str | None) -> Any:
    for name, value in _QUIET.items():  # before the import, at which Ray reads them
        os.environ.setdefault(name, value)
    if address is None:
        _keep_strangers_out()
    if address is None or address.startswith(_LOOPBACK):
        os.environ.setdefault(_ONLY_LOOPBACK, "0")
    try:
        import ray
    except ImportError as error:
        raise ClusterError(
            "Ray is not installed: install it with "
            "`pip install 'related-article-recommender[ray]'`.",
            address=address,
        ) from error
    if not ray.__version__.startswith(f"{RAY}."):
        raise ClusterError(
            f"found Ray {ray.__version__}; expected {RAY}: install it with "
            "`pip install 'related-article-recommender[ray]'`.",
            address=address,
        )
    return ray


@contextmanager
def _muted() -> Iterator[None]:
    """Let nothing be said on stderr: parts of Ray that are not Python greet there."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _connect(ray: Any, address: str | None, n_workers: int | None) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR, "configure_logging": False}
    if address is None:
        here = {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
        try:
            ray.init("local", num_cpus=n_workers, object_store_memory=_STORE_BYTES, **here, **quiet)
        except Exception as error:  # Ray raises anything
            reason = " ".join(str(error).split())
            raise ClusterError(
                f"Ray could not be started on this machine ({reason[:300]}): see that it has "
                "memory, disk and time to spare, and try again.",
                address=None,
            ) from error
    else:
        host, port = _host_and_port(address)
        _refuse_nobody(host, port, address)
        try:
            ray.init(f"{host}:{port}", **quiet)
        except Exception as error:  # Ray raises anything
            raise _not_connected(error, address) from error
    from ray.data import DataContext

    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong, we say
    context = DataContext.get_current()
    context.raise_original_map_exception = True  # else its cause is lost on the way
    context.enable_progress_bars = False
    context.print_on_execution_start = False


def _keep_strangers_out() -> None:
    """Let nobody else of this machine in, by a word that is written nowhere.

    Ray's own way would leave one in a file of the home directory.
    """
    if "RAY_AUTH_MODE" not in os.environ:
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.partition(":")
    if not host or not (port or str(PORT)).isdecimal():
        raise ClusterError(
            f"“{address}” is no address of a cluster; expected HOST or HOST:PORT, as in "
            "`--on ray://10.0.0.1:6379`.",
            address=address,
        )
    return host, int(port or PORT)


def _refuse_nobody(host: str, port: int, address: str) -> None:
    """Say at once that nobody is there; Ray would try for a minute."""
    try:
        socket.create_connection((host, port), _SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(
            f"no cluster answers at {address} ({error}): start one with `ray start --head`, or "
            "name another address.",
            address=address,
        ) from error


def _not_connected(error: Exception, address: str) -> ClusterError:
    reason = " ".join(str(error).split())
    if "ersion mismatch" in reason:
        return ClusterError(
            f"the cluster at {address} runs other versions than this process, which has Ray {RAY} "
            f"and Python {platform.python_version()}: start it with these ({reason[:200]}).",
            address=address,
        )
    return ClusterError(
        f"the cluster at {address} cannot be used ({reason[:200]}): expected one of Ray {RAY} of "
        "which this machine is a node: run `ray start --address` here, or go to one of its nodes.",
        address=address,
    )


def _failed(error: Exception, address: str | None) -> ClusterError:
    """That a worker lacks something, or that the cluster is lost."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ModuleNotFoundError):
            return ClusterError(
                f"a worker has no module “{cause.name}”: install this package, of version "
                f"{__version__}, on every node of the cluster.",
                address=address,
            )
        cause = getattr(cause, "cause", None) or cause.__cause__  # Ray has names of its own
    place = "the cluster" if address is None else f"the cluster at {address}"
    reason = " ".join(str(error).split())
    return ClusterError(
        f"{place} could not finish ({reason[:300]}): run the same command again, which goes on "
        "from what is done.",
        address=address,
    )
