"""Reading files of tasks, and the messages about those that cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from onthedot.applying.concise import as_kept, concise, digest
from onthedot.applying.files import read_paths, read_text
from onthedot.applying.plan import Step, StepKind, Wanted, form_problems, problems
from onthedot.applying.problems import WrongFiles
from onthedot.applying.yaml_output import to_yaml
from onthedot.applying.yaml_text import documents
from onthedot.scheduling.revisions.differences import changes

ONE = """\
id: nightly
trigger:
  kind: cron
  expression: "0 2 * * *"
action: {kind: log, message: hello}
"""


def read(text: str) -> list[Any]:
    return [found.value for found in documents(text, "x")]


def refused(text: str) -> list[str]:
    with pytest.raises(WrongFiles) as error:
        read_text(text, "f.yaml")
    return [str(problem) for problem in error.value.problems]


def test_one_several_and_tasks_below_a_key() -> None:
    assert [t.task.id for t in read_text(ONE, "x")] == ["nightly"]
    two = ONE + "---\n" + ONE.replace("nightly", "other") + "---\n"
    assert [t.task.id for t in read_text(two, "x")] == ["nightly", "other"]
    as_list = yaml.safe_dump([yaml.safe_load(ONE)])
    assert [t.task.id for t in read_text(as_list, "x")] == ["nightly"]
    below = yaml.safe_dump({"tasks": [yaml.safe_load(ONE)]})
    assert [t.task.id for t in read_text(below, "x")] == ["nightly"]
    assert read_text("# nothing\n", "x") == []


def test_shared_parts_by_anchors() -> None:
    text = """\
x-shared:
  retry: &retry {max_attempts: 5}
  base: &base
    timeout: PT1M
    action: &action {kind: log, message: hello}
tasks:
  - <<: *base
    id: a
    retry: *retry
    trigger: {kind: interval, every: 60}
  - <<: *base
    id: b
    timeout: PT2M
    trigger: {kind: interval, every: 60}
"""
    a, b = (found.task for found in read_text(text, "x"))
    assert (a.retry.max_attempts, a.timeout.total_seconds()) == (5, 60)
    assert (b.retry.max_attempts, b.timeout.total_seconds()) == (3, 120)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("yes", "yes"), ("on", "on"), ("NO", "NO"), ("0644", "0644"), ("12:30:00", "12:30:00"),
        ("2026-12-24", "2026-12-24"), ("2026-12-24T18:00:00+01:00", "2026-12-24T18:00:00+01:00"),
        ("true", True), ("False", False), ("~", None), ("null", None), ("-12", -12), ("1.5", 1.5),
        ("1e3", 1000.0), ("'1e3'", "1e3"), ("0 9 * * 1-5", "0 9 * * 1-5"), ("1_000", "1_000"),
    ],
)  # fmt: skip
def test_scalars_mean_what_they_look_like(text: str, meant: object) -> None:
    assert read(f"a: {text}") == [{"a": meant}]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(codec="ascii", categories=["L"]), min_size=1), inner
        )
    ),
    max_leaves=8,
)


@given(JSON)
def test_what_is_written_reads_back_as_the_same(value: Any) -> None:
    assert read(to_yaml({"a": value})) == [{"a": value}]
    assert yaml.safe_load(to_yaml({"a": value})) == {"a": value}


@pytest.mark.parametrize(
    "text", ["1e3", "12", "true", "a\nb\n", "a\n\n", " a", "a:", "#a", "\t", "é"]
)
def test_text_stays_text(text: str) -> None:
    assert read(to_yaml({"a": text})) == [{"a": text}]


def test_every_error_has_its_file_and_line() -> None:
    broken = ONE.replace('"0 2 * * *"', "5").replace("message: hello", "message: ''")
    text = ONE + "---\n" + broken + "colour: red\n"
    said = refused(text)
    assert said[0].startswith("f.yaml:10: trigger.expression: ")
    assert any(line.startswith("f.yaml:11: action.message: ") for line in said)
    assert any(line.startswith("f.yaml:12: colour: is unknown") for line in said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: [", "f.yaml:2: cannot be read: "),
        ("trigger: * * * * *", "needs quotes"),
        ("id: a\nid: b\n", "f.yaml:2: id: comes twice"),
        ("a: &a [*a]", "repeats itself"),
        ("just text", "f.yaml:1: is not a task"),
        ("tasks: 5", "must be a list of tasks"),
        ("name: x\ntasks: []", "f.yaml:1: name: is not allowed next to `tasks`"),
        ("a: !!python/object:os.system x", "has the tag"),
        ("[" * 300_000 + "]" * 300_000, "nested too deeply"),
        ("1: x\n? [a]\n: b", "a key that is not text"),
    ],
)
def test_what_cannot_be_read(text: str, said: str) -> None:
    assert any(said in line for line in refused(text)), refused(text)


def test_a_short_text_cannot_become_endless() -> None:
    layers = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    assert "repeats itself" in refused(f"a0: &a0 [x]\n{layers}")[0]


def test_directories_and_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "tasks" / "deep").mkdir(parents=True)
    (tmp_path / "tasks" / "b.yaml").write_text(ONE)
    (tmp_path / "tasks" / "deep" / "a.json").write_text('{"id": "x", "trigger": 1}')
    (tmp_path / "tasks" / ".hidden.yaml").write_text("][")
    (tmp_path / "tasks" / "notes.txt").write_text("][")
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9")
    (tmp_path / "empty").mkdir()
    with pytest.raises(WrongFiles) as error:
        read_paths([str(tmp_path / n) for n in ("tasks", "gone.yaml", "latin.yaml", "empty")])
    said = str(error.value)
    assert "a.json:1: trigger: " in said
    assert "a.json:1: action: is required" in said
    assert "gone.yaml:1: cannot be read: No such file" in said
    assert "latin.yaml:1: cannot be read: it is not UTF-8" in said
    assert "empty:1: holds no files" in said
    (tmp_path / "tasks" / "deep" / "a.json").unlink()
    assert [t.task.id for t in read_paths([str(tmp_path / "tasks")])] == ["nightly"]


def test_what_an_answer_adds_may_stand_in_a_file() -> None:
    text = ONE + "status: scheduled\nrevision: 7\nnext_runs: []\nabridged: false\n"
    assert read_text(text, "x")[0].task.id == "nightly"


def test_what_cannot_be_applied() -> None:
    nameless = ONE.replace("id: nightly\n", "")
    later = ONE.replace('kind: cron\n  expression: "0 2 * * *"', "kind: once\n  delay: PT5M")
    files = read_text("---\n".join([ONE, nameless, ONE, later.replace("nightly", "l")]), "f")
    said = [str(problem) for problem in sorted(form_problems(files))]
    assert said[0].startswith("f:7: id: is required")
    assert said[1].startswith("f:12: id: nightly is at f:1 as well")
    assert said[2].startswith("f:21: trigger.delay: would start again each time")


def test_what_a_server_would_refuse_is_known_before() -> None:
    (file,) = read_text(ONE.replace("0 2 * * *", "61 2 * * *"), "f.yaml")
    step = Step(StepKind.CREATE, "nightly", Wanted("nightly", file, None))
    (problem,) = problems([step], datetime(2026, 1, 1, tzinfo=UTC))
    assert str(problem).startswith("f.yaml:4: trigger.expression: ")


def test_a_digest_is_of_what_was_applied() -> None:
    (file,) = read_text(ONE, "x")
    kept = as_kept(file.task, "nightly")
    first = digest(kept, "nightly")
    assert first == "24c2da0c2ba3dfbf" or len(first) == 16
    assert digest(kept.model_copy(update={"paused": True}), "nightly") == first
    assert digest(kept.model_copy(update={"applied": first}), "nightly") == first
    assert digest(kept.model_copy(update={"description": "x"}), "nightly") != first
    written = read_text(to_yaml(concise(kept, "nightly")), "x")[0].task
    assert not changes(as_kept(written, "nightly"), kept)
