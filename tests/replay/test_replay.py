"""Histories of earlier releases replay: a worker may be upgraded while tasks sleep."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from onthedot.plugin import OnTheDotPlugin
from tests.replay.capture import new_folder
from tests.replay.shapes import SHAPES

pytestmark = pytest.mark.anyio

_HISTORIES = sorted(Path(__file__).with_name("histories").rglob("*.json"))


async def test_every_history_replays() -> None:
    replayer = Replayer(workflows=[], plugins=[OnTheDotPlugin()])
    for path in _HISTORIES:
        kept = json.loads(path.read_text(encoding="utf-8"))
        history = WorkflowHistory.from_json(kept["workflow_id"], kept["history"])
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        assert result.replay_failure is None, path.name


def test_every_shape_has_a_history() -> None:
    captured = {path.stem.rsplit("-", 2)[0] for path in _HISTORIES}
    assert captured == set(SHAPES)


def test_a_task_that_continued_as_new_is_among_them() -> None:
    parts = [path for path in _HISTORIES if path.stem.startswith("continued-as-new-0-")]
    assert len(parts) > 1


def test_a_capture_only_adds(tmp_path: Path) -> None:
    """The histories of earlier releases prove that they can be upgraded."""
    new_folder("one", tmp_path)
    with pytest.raises(SystemExit, match="there already"):
        new_folder("one", tmp_path)
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    recipe = makefile.partition("\nhistories:")[2].partition("\n\n")[0]
    assert "replay.capture" in recipe
    assert "rm " not in recipe
