"""The address of a list: what it contains, and the message about unknown parts."""

from __future__ import annotations

import pytest

from onthedot.ui.pages.list_address import Known, ListAddress


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"status": "nonsense"}, "There is no status “nonsense”"),
        ({"sort": "size"}, "There is no order “size”"),
        ({"staus": "paused"}, "There is no filter “staus”"),
        ({"since": "noon"}, "“noon” is not a time"),
        ({"page": "0"}, "There is no page “0”"),
        ({"page": "two"}, "There is no page “two”"),
        ({"page": "²"}, "There is no page “²”"),
        ({"page": "99999999999999999999"}, "There is no page “99999999999999999999”"),
        ({"status": "paused", "page": "12", "sort": "name"}, ""),
        ({"status": "", "q": "anything"}, ""),
    ],
)
def test_what_the_address_does_not_mean(query: dict[str, str], said: str) -> None:
    known: dict[str, Known] = {
        "status": {"paused"},
        "sort": {"name"},
        "q": None,
        "since": str.isdigit,
        "tag": None,
    }
    address = ListAddress("/tasks", query, known)
    assert address.unknown() == said


def test_what_is_chosen_anew_begins_at_the_first_page() -> None:
    address = ListAddress(
        "/tasks", {"q": "a b", "page": "3", "sort": "up"}, {"q": None, "sort": {}}
    )
    assert str(address) == "/tasks?q=a+b&sort=up&page=3"
    assert not address.set("q", "a b")
    assert address.set("sort", "")
    assert (address.unknown(), str(address)) == ("", "/tasks?q=a+b")
