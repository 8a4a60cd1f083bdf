"""What a machine lacks is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster import programs
from tests.cluster.programs import Missing, Programs, TemporalRelease, find, temporal_release


def test_all_that_is_missing_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    # Debian's own places too, which no variable names.
    for place in ("_DEBIAN_POSTGRES", "_DEBIAN_SBIN"):
        monkeypatch.setattr(programs, place, tmp_path)
    with pytest.raises(Missing) as reason:
        find()
    assert "\n" not in str(reason.value)
    for wanted in ("PostgreSQL", "haproxy", "Go 1.26", "setpriv"):
        assert wanted in str(reason.value)


def test_a_release_that_cannot_be_built_is_told_with_the_reason(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho 'requires go >= 9.9' >&2\nexit 1\n")
    go.chmod(0o755)
    have = Programs(tmp_path, tmp_path, tmp_path, go)
    with pytest.raises(Missing, match=r"cmd/server@v0\.0\.1 could not be built: requires go >= 9"):
        temporal_release(have, tmp_path, "0.0.1", lambda line: None)


def test_a_release_that_is_built_is_not_built_again(tmp_path: Path) -> None:
    (tmp_path / "temporal-0.0.1" / "schema").mkdir(parents=True)
    have = Programs(tmp_path, tmp_path, tmp_path, tmp_path / "no-go")
    found = temporal_release(have, tmp_path, "0.0.1", lambda line: None)
    assert found == TemporalRelease("0.0.1", tmp_path / "temporal-0.0.1")
