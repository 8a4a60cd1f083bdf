"""Files of the wrong kind: one clear refusal, or notes."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from onthedot.applying.files import read_text
from onthedot.applying.yaml_output import tasks_to_yaml
from onthedot.importing.imported import Source, UnreadableSource
from onthedot.scheduling.action import HttpAction
from onthedot.scheduling.task import NewTask
from onthedot.scheduling.trigger import CronTrigger
from tests.importing.comparison import imported
from tests.importing.reading.samples import SAMPLES


@pytest.mark.parametrize(
    ("source", "text", "line"),
    [
        (Source.KUBERNETES, "a: b\nc: {{ .Values.x }}\n", 2),
        (Source.KUBERNETES, "kind: Service\n", 1),
        (Source.KUBERNETES, "\x00", 1),
        (Source.TEMPORAL, "{", 1),
        (Source.TEMPORAL, "{}", 1),
        (Source.AIRFLOW, "x = 1\ndef f(:\n", 2),
        (Source.AIRFLOW, "print('no dag')\n", 1),
        (Source.AIRFLOW, "(" * 500, 1),
        (Source.BULLMQ, '{\n"queue": [}', 2),
        (Source.BULLMQ, '{"queue": "reports"}', 1),
        (Source.SYSTEMD, "[Timer]\nnothing\n", 2),
        (Source.SYSTEMD, "[Service]\nExecStart=x\n", 1),
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_line(
    source: Source, text: str, line: int
) -> None:
    with pytest.raises(UnreadableSource, match=rf"^source:{line}: "):
        imported(source, text)


def test_a_list_that_holds_itself_ends() -> None:
    with pytest.raises(UnreadableSource):
        imported(Source.KUBERNETES, "&a\nkind: List\nitems: [*a]\n")


def test_a_range_of_all_numbers_takes_no_memory() -> None:
    text = SAMPLES[Source.TEMPORAL].replace('"end": 12', '"end": 1000000000000')
    text = text.replace('"start": 1,', '"start": -1000000000000,')
    assert imported(Source.TEMPORAL, text).tasks


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list(SAMPLES)),
    st.integers(0, 2000),
    st.integers(0, 40),
    st.text(alphabet="*/-,:~.5\n\t \"'[]{}()=@#%\\é\x00²aT", max_size=12),
)
def test_whatever_a_file_holds_it_gives_notes_or_one_clear_refusal(
    source: Source, start: int, removed: int, put: str
) -> None:
    text = SAMPLES[source]
    start %= len(text)
    try:
        found = imported(source, text[:start] + put + text[start + removed :])
    except UnreadableSource:
        return
    lines = text.count("\n") + put.count("\n") + 1
    assert all(1 <= note.line <= lines for note in found.notes)


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
