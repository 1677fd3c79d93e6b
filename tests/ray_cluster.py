"""A Ray cluster of several node processes on 127.0.0.1, for the tests; a program of its own.

It says its address on stdout and does what lines on stdin tell: `worker` kills a process that does
tasks, `node` kills a whole node but the first. At the end of stdin it ends what it has started.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
from pathlib import Path
from typing import Any

N_NODES = 3
STORE_BYTES = 100 << 20
QUIET = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # so that 127.0.0.1 is not the network's address
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": os.environ.get("RAY_AUTH_TOKEN") or secrets.token_hex(32),
}


def main() -> None:
    """Start, obey and end."""
    os.environ.update(QUIET)
    from ray.cluster_utils import Cluster

    place = {"num_cpus": 1, "node_ip_address": "127.0.0.1", "object_store_memory": STORE_BYTES}
    head = {**place, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head, shutdown_at_exit=True)
    nodes = [cluster.add_node(**place) for _ in range(N_NODES - 1)]
    try:
        _say(cluster.address)
        for line in sys.stdin:
            if line.strip() == "node":
                cluster.remove_node(nodes.pop(), allow_graceful=False)
                _say("a node is gone")
            elif line.strip() == "worker":
                _say(f"{_kill_worker([cluster.head_node, *nodes])} is gone")
    finally:
        cluster.shutdown()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _kill_worker(nodes: list[Any]) -> str:
    """Kill a process that does a task, or could do one."""
    raylets = {
        of.process.pid for node in nodes for of in node.all_processes["raylet"] if of.process
    }
    found = [(name, pid) for pid, parent, name in _processes() if parent in raylets]
    # what else has such a name is an agent, without which its node ends itself
    busy, idle = (
        [pid for name, pid in found if name.startswith(begin)]
        for begin in ("ray::Map", "ray::IDLE")
    )
    pid = (busy or idle or [0])[0]
    if pid:
        os.kill(pid, signal.SIGKILL)
    return f"worker {pid}"


def _processes() -> list[tuple[int, int, str]]:
    """Number, parent and name of all processes."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            name = (folder / "cmdline").read_bytes().split(b"\0")[0].decode("utf-8", "replace")
        except OSError:
            continue
        found.append((int(folder.name), parent, name))
    return found


if __name__ == "__main__":
    main()
