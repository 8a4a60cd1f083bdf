"""How full a worker is, as its process says it."""

from __future__ import annotations

from onthedot.activities.places import PlaceCounter, places_taken


def test_the_latest_worker_of_a_queue_is_meant() -> None:
    """An earlier one that has stopped may still be in memory."""
    workers = [PlaceCounter("twice", places, ()) for places in (5, 7)]
    assert [taken.places for taken in places_taken("twice")] == [7]
    assert len(workers) == 2


def test_no_worker_for_the_queue() -> None:
    assert places_taken("none") == ()
