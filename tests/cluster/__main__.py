"""`python -m tests.cluster`: a cluster on this machine, for as long as it runs.

1. Find or build the programs.
2. Start PostgreSQL, Temporal's nodes, haproxy, and On the Dot's workers and servers.
3. Print the addresses, and wait for Ctrl-C; or run a command, with TEMPORAL_ADDRESS set.
4. End all processes and remove all data.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.cluster.deployment import Deployment
from tests.cluster.parts.cluster import NAMESPACE, SHARDS, Cluster, room
from tests.cluster.parts.network import POSTGRES_PORT
from tests.cluster.programs import VERSION, Missing, end, find, say, temporal_release
from tests.go_programs import default_cache


def main() -> int:
    """Returns the exit code: the command's own, or 2 where something is missing."""
    options = _options()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with room() as directory:
            return _run(options, directory)
    except Missing as reason:
        print(reason, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _run(options: argparse.Namespace, directory: Path) -> int:
    programs = find()
    release = temporal_release(programs, options.cache, options.version, say)
    cluster = Cluster(
        programs,
        release,
        directory,
        nodes=options.nodes,
        servers=options.servers,
        shards=options.shards,
    )
    deployment = Deployment(cluster, servers=options.servers, workers=options.workers)
    try:
        cluster.create(release, say)
        if options.servers or options.workers:
            say(f"starting {options.workers} workers and {options.servers} servers of On the Dot")
            deployment.set_up()
            deployment.start()
        _announce(cluster, options)
        if options.command:
            return subprocess.run(options.command, env=cluster.environment, check=False).returncode
        threading.Event().wait()
        return 0
    finally:
        say("stopping")
        deployment.close()
        cluster.close()


def _announce(cluster: Cluster, options: argparse.Namespace) -> None:
    say("the cluster is running. Ctrl-C stops it, and removes all its data.")
    if options.servers:
        say(f"  page and REST  http://{cluster.network.balancer}:8080")
    say(f"  Temporal       TEMPORAL_ADDRESS={cluster.address} TEMPORAL_NAMESPACE={NAMESPACE}")
    say(f"  PostgreSQL     {cluster.network.database}:{POSTGRES_PORT}")
    say(f"  logs           {cluster.directory}")
    say(f"  programs       {options.cache}, which stays")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("--nodes", type=int, default=2, help="of Temporal, four services each")
    parser.add_argument("--servers", type=int, default=2, help="of On the Dot")
    parser.add_argument("--workers", type=int, default=2, help="of On the Dot")
    parser.add_argument("--shards", type=int, default=SHARDS, help="of Temporal's history")
    parser.add_argument("--version", default=VERSION, help="of Temporal")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="for what is built")
    parser.add_argument("command", nargs="*", help="to be run instead of waiting, after --")
    return parser.parse_args()


if __name__ == "__main__":
    end(main())
