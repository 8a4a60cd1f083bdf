"""What is written as YAML reads back as the same tasks."""

from __future__ import annotations

import pytest
import yaml

from onthedot.applying.files import read_text
from onthedot.applying.yaml_output import tasks_to_yaml
from onthedot.importing.imported import Source
from onthedot.scheduling.action import HttpAction
from onthedot.scheduling.task import NewTask
from onthedot.scheduling.trigger import CronTrigger
from tests.importing.comparison import imported
from tests.importing.reading.samples import SAMPLES


@pytest.mark.parametrize("source", SAMPLES)
def test_the_yaml_reads_back_as_the_same_tasks(source: Source) -> None:
    found = imported(source, SAMPLES[source])
    again = read_text(tasks_to_yaml(found.tasks), "tasks.yaml")
    assert tuple(each.task for each in again) == found.tasks


def test_yaml_keeps_what_is_not_plain() -> None:
    task = NewTask(
        id="1e3",
        trigger=CronTrigger(expression="* * * * *"),
        action=HttpAction(url="https://example.com", body={"on": "yes", "n": None, "t": "a\n b"}),
    )
    (again,) = read_text(tasks_to_yaml([task]), "tasks.yaml")
    assert again.task == task
    assert NewTask.model_validate(yaml.safe_load(tasks_to_yaml([task]))) == task
    assert tasks_to_yaml([]) == ""
