"""`onthedot dev` itself is killed while tasks wait and fire, and started again."""

from __future__ import annotations

import signal
import time
from contextlib import closing
from pathlib import Path

from tests.command_line import Dev
from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.judging.trials import five_times
from tests.faults.judging.verdict import judge
from tests.faults.judging.wave import Wave, sleep_until
from tests.faults.system import System


@five_times
def test_the_parent_of_everything_is_killed(
    tmp_path: Path, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    first = Dev(tmp_path / "data")
    url, temporal = (f"127.0.0.1:{first.ports[port]}" for port in ("port", "temporal-port"))
    system = System(f"http://{url}", temporal)
    with closing(first), closing(system.client):
        first.wait_until_up()
        system.wait_until_ready()
        wave = Wave(system, receiving)
        begin = wave.register()
        sleep_until(begin + 1.5)
        first.stop(signal.SIGKILL)
        back = time.time()
        with closing(Dev(tmp_path / "data", first.ports)) as second:
            second.wait_until_up()
            system.wait_until_ready()
            table.note("`kill -9` of `onthedot dev`", judge(wave, back=back))
