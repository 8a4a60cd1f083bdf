"""The migration guides show what the importers return."""

from __future__ import annotations

import pytest
import yaml

from onthedot.applying.yaml_output import tasks_to_yaml
from onthedot.importing.imported import Source
from onthedot.scheduling.task import NewTask
from tests.importing.guides import FOLDER, GUIDES, Guide


@pytest.mark.parametrize("source", Source)
def test_the_example_gives_the_tasks_and_notes_that_the_guide_shows(source: Source) -> None:
    guide = Guide.of(source)
    found = guide.imported(source)
    assert tasks_to_yaml(found.tasks) == guide.tasks
    assert found.report() == guide.notes


@pytest.mark.parametrize("source", Source)
def test_the_tasks_of_the_guide_are_tasks(source: Source) -> None:
    documents = list(yaml.safe_load_all(Guide.of(source).tasks))
    assert documents
    for each in documents:
        NewTask.model_validate(each)


def test_every_guide_is_tested() -> None:
    assert {file.name for file in FOLDER.glob("*.md")} == set(GUIDES.values())
