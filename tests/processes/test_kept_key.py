"""The stored key is the same each time, and only its owner can read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from onthedot.processes import StartError
from onthedot.processes.data_dir import kept_key


def test_a_key_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "session.key"
    made = kept_key(file)
    assert len(made) >= 32
    assert kept_key(file) == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert kept_key(tmp_path / "other.key") != made


def test_a_key_that_cannot_be_kept_says_so(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"session\.key"):
        kept_key(tmp_path / "none" / "session.key")
