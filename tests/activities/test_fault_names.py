"""The types of errors that users build alerts on are documented."""

from __future__ import annotations

import re
from pathlib import Path

from onthedot.activities.attempts.failed import Fault


def test_every_fault_is_documented_and_no_other() -> None:
    document = Path(__file__).parents[2] / "docs" / "reference" / "run-errors.md"
    documented = set(re.findall(r"^\| `(\w+)` \|", document.read_text(), re.MULTILINE))
    assert documented == {fault.value for fault in Fault}
