"""The examples of the migration guides: their input, tasks and notes.

Run as a program, it writes the current tasks and notes into the guides:

    python -m tests.importing.guides
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from onthedot.applying.yaml_output import tasks_to_yaml
from onthedot.importing.imported import Imported, Source
from onthedot.importing.read import read
from tests.importing.comparison import AT

FOLDER = Path(__file__).parent.parent.parent / "docs" / "how-to" / "migrate"
GUIDES = {
    Source.CRONTAB: "from-cron.md",
    Source.KUBERNETES: "from-kubernetes.md",
    Source.TEMPORAL: "from-temporal-schedules.md",
    Source.AIRFLOW: "from-airflow.md",
    Source.BULLMQ: "from-bullmq.md",
    Source.SYSTEMD: "from-systemd.md",
}
_BLOCK = re.compile(r"^```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"^`([\w.-]+)`", re.MULTILINE)


@dataclass(frozen=True)
class Guide:
    """A guide's example: the input's name and text, the tasks as YAML, and the notes."""

    name: str
    text: str
    tasks: str
    notes: str

    @classmethod
    def of(cls, source: Source) -> Guide:
        """The example in the guide."""
        _, example = _halves(source)
        name = _NAME.search(example)
        assert name is not None
        text, tasks, notes = _BLOCK.findall(example)[:3]
        return cls(name[1], text, tasks, notes)

    def imported(self, source: Source) -> Imported:
        """The result of importing the input."""
        return read(source, self.text, name=self.name, at=AT)


def _halves(source: Source) -> tuple[str, str]:
    before, heading, example = (FOLDER / GUIDES[source]).read_text().partition("## An example\n")
    return before + heading, example


def main() -> None:
    """Writes the tasks and notes of each example into its guide."""
    for source in Source:
        before, example = _halves(source)
        found = Guide.of(source).imported(source)
        fresh = iter([None, tasks_to_yaml(found.tasks), found.report()])
        example = _BLOCK.sub(lambda block, fresh=fresh: _filled(block, next(fresh, None)), example)  # type: ignore[misc]
        (FOLDER / GUIDES[source]).write_text(before + example)


def _filled(block: re.Match[str], text: str | None) -> str:
    return block[0] if text is None else block[0].replace(block[1], text)


if __name__ == "__main__":
    main()
