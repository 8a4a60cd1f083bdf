"""Tasks to select from."""

from __future__ import annotations

import pytest

from tests.e2e.site import DAILY, HELLO, Site


@pytest.fixture
def three(site: Site, name: str) -> list[str]:
    """Three tasks with a separate tag, which is also the start of their names."""
    ids = [f"{name}-{n}" for n in (1, 2, 3)]
    for task_id in ids:
        site.register(id=task_id, tags=[name], trigger=DAILY, action=HELLO)
    site.wait_until_listed(name, 3)
    return ids
