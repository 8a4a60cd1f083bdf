"""The defaults that settings add to triggers."""

from __future__ import annotations

import pytest

from onthedot.scheduling.trigger import CronTrigger, OnceTrigger, Trigger
from onthedot.service.tasks.registering.definitions import trigger_with_defaults
from onthedot.settings import Settings

ROME = Settings(timezone="Europe/Rome", calendar="it")


@pytest.mark.parametrize(
    ("given", "zone", "calendars"),
    [
        ({}, "Europe/Rome", []),
        ({"timezone": "UTC"}, "UTC", []),
        ({"on_excluded": "next_day"}, "Europe/Rome", ["it"]),
        ({"on_excluded": "next_day", "exclude": [{"calendar": "de"}]}, "Europe/Rome", ["de"]),
        ({"on_excluded": "next_day", "only": {"calendar": "de"}}, "Europe/Rome", []),
    ],
)
def test_a_trigger_is_completed(given: dict[str, object], zone: str, calendars: list[str]) -> None:
    trigger = CronTrigger.model_validate({"expression": "0 9 * * *", **given})
    found = trigger_with_defaults(trigger, ROME)
    assert isinstance(found, CronTrigger)
    assert found.timezone == zone
    assert [one.calendar for one in found.exclude if not isinstance(one, str)] == calendars
    assert trigger_with_defaults(trigger, Settings()) is trigger


def test_a_one_time_trigger_is_as_it_is() -> None:
    trigger: Trigger = OnceTrigger.model_validate({"delay": 5})
    assert trigger_with_defaults(trigger, ROME) is trigger


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="IANA"):
        Settings(timezone="Europe/Atlantis")
