"""`If-Match` and `Idempotency-Key` make a call safe to repeat, and report a lost race."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.api.problem import fields, problem
from tests.definitions import LOG, one_time, recurring, unique
from tests.waiting import at_load, eventually

pytestmark = pytest.mark.anyio


async def test_of_two_writers_with_one_tag_one_is_told(api: httpx.AsyncClient) -> None:
    task_id = unique()
    etag = (await api.post("/tasks", json=recurring(id=task_id))).headers["etag"]
    for n in range(20):
        answers = await asyncio.gather(
            *(
                api.put(f"/tasks/{task_id}", json=recurring(name=name), headers={"If-Match": etag})
                for name in (f"one {n}", f"two {n}")
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        won = next(answer for answer in answers if answer.status_code == 200)
        lost = next(answer for answer in answers if answer.status_code == 412)
        told = problem(lost, 412, "revision-mismatch")
        etag = won.headers["etag"]
        assert f'"{told["current_revision"]}"' == etag
        assert (await api.get(f"/tasks/{task_id}")).json()["name"] == won.json()["name"]


async def test_every_change_honours_the_tag(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id))
    stale = {"If-Match": '"7"'}
    for answer in (
        await api.put(f"/tasks/{task_id}", json=recurring(), headers=stale),
        await api.post(f"/tasks/{task_id}/pause", headers=stale),
        await api.post(f"/tasks/{task_id}/resume", headers=stale),
        await api.delete(f"/tasks/{task_id}", headers=stale),
    ):
        assert problem(answer, 412, "revision-mismatch")["current_revision"] == 1
    assert (await api.delete(f"/tasks/{task_id}", headers={"If-Match": '"1"'})).status_code == 204


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ("*", 200),
        ('"1"', 200),
        ('"1", "9"', 200),
        ('"9" , "1"', 200),
        ('W/"1"', 412),
        ('""', 412),
        ('"one"', 412),
        ('"01"', 412),
        ('"9", W/"1"', 412),
        ('"99999999999999999999"', 412),
    ],
)
async def test_tags_that_match_and_tags_that_do_not(
    api: httpx.AsyncClient, tag: str, status: int
) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id))
    answer = await api.put(f"/tasks/{task_id}", json=recurring(), headers={"If-Match": tag})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("tag", ["1", "", "W/1", '"1', '"1" "2"', "*, *"])
async def test_a_malformed_tag_is_refused(api: httpx.AsyncClient, tag: str) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id))
    answer = await api.put(f"/tasks/{task_id}", json=recurring(), headers={"If-Match": tag})
    assert list(fields(answer)) == ["If-Match"]


async def test_of_two_registrations_of_one_id_one_wins(api: httpx.AsyncClient) -> None:
    for _ in range(10):
        task_id = unique()
        answers = await asyncio.gather(
            api.post("/tasks", json=one_time(id=task_id)),
            api.post("/tasks", json=recurring(id=task_id)),
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        won = next(answer for answer in answers if answer.status_code == 201)
        kept = (await api.get(f"/tasks/{task_id}")).json()
        assert kept["trigger"]["kind"] == won.json()["trigger"]["kind"]


async def test_a_key_makes_a_registration_safe_to_repeat(api: httpx.AsyncClient) -> None:
    headers, body = {"Idempotency-Key": unique()}, one_time(name="once only")
    answers = await asyncio.gather(
        *(api.post("/tasks", json=body, headers=headers) for _ in range(5))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 5}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = one_time(name="another")
    refused = await api.post("/tasks", json=other, headers=headers)
    assert list(fields(refused, "idempotency-conflict")) == ["Idempotency-Key"]


async def test_a_repeat_is_answered_with_the_task_as_it_is_now(api: httpx.AsyncClient) -> None:
    headers, body = {"Idempotency-Key": unique()}, recurring(id=unique(), name="before")
    await api.post("/tasks", json=body, headers=headers)
    await api.put(f"/tasks/{body['id']}", json=recurring(name="after"))
    again = await api.post("/tasks", json=body, headers=headers)
    assert again.status_code == 201
    assert again.json()["name"] == "after"
    assert again.headers["etag"] == '"2"'
    problem(await api.post("/tasks", json=body), 409, "task-exists")


@pytest.mark.parametrize("length", [0, 256])
async def test_a_key_has_1_to_255_characters(api: httpx.AsyncClient, length: int) -> None:
    answer = await api.post("/tasks", json=one_time(), headers={"Idempotency-Key": "k" * length})
    assert list(fields(answer)) == ["Idempotency-Key"]


async def test_a_key_stands_for_one_body_whatever_the_id(api: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": unique()}
    bodies = [
        one_time(id=unique()),
        one_time(id=unique()),
        one_time(),
        recurring(id=unique()),
    ]
    first = await api.post("/tasks", json=bodies[0], headers=headers)
    assert first.status_code == 201
    for body in bodies[1:]:
        refused = await api.post("/tasks", json=body, headers=headers)
        problem(refused, 422, "idempotency-conflict")
        if "id" in body:
            problem(await api.get(f"/tasks/{body['id']}"), 404, "task-not-found")
    again = await api.post("/tasks", json=bodies[0], headers=headers)
    assert (again.status_code, again.json()["id"]) == (201, bodies[0]["id"])
    # It may be used first without an id, too.
    headers = {"Idempotency-Key": unique()}
    assert (await api.post("/tasks", json=bodies[2], headers=headers)).status_code == 201
    refused = await api.post("/tasks", json=one_time(id=unique()), headers=headers)
    problem(refused, 422, "idempotency-conflict")


async def test_of_many_bodies_at_once_with_one_key_one_counts(api: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": unique()}
    answers = await asyncio.gather(
        *(api.post("/tasks", json=one_time(id=unique()), headers=headers) for _ in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 9


async def test_a_repeat_when_the_instant_is_past(api: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": unique()}
    at = (datetime.now(UTC) + timedelta(seconds=at_load(1))).isoformat()
    body = {
        "id": unique(),
        "trigger": {"kind": "once", "at": at},
        "action": LOG,
        "catchup_window": 0,
    }
    assert (await api.post("/tasks", json=body, headers=headers)).status_code == 201

    async def refused_without() -> bool:
        other = {**body, "id": unique(), "paused": True}
        return (await api.post("/tasks", json=other)).status_code == 422

    await eventually(refused_without)
    again = await api.post("/tasks", json=body, headers=headers)
    assert (again.status_code, again.json()["id"]) == (201, body["id"])
