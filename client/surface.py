"""Every call of the contract, as a method of both clients."""

from __future__ import annotations

from onthedot.client import (
    calendar_calls,
    history_calls,
    many_calls,
    output_calls,
    run_calls,
    server_calls,
    task_calls,
)
from onthedot.client.call import Described, Followed, Paged


class Calls:
    """What both clients can do; named as in the OpenAPI document."""

    create_task = Described(task_calls.create_task)
    create_tasks = Described(task_calls.create_tasks)
    list_tasks = Paged(task_calls.list_tasks)
    get_task = Described(task_calls.get_task)
    replace_task = Described(task_calls.replace_task)
    delete_task = Described(task_calls.delete_task)
    pause_task = Described(task_calls.pause_task)
    resume_task = Described(task_calls.resume_task)
    run_task = Described(task_calls.run_task)
    preview_edit = Described(task_calls.preview_edit)
    get_ledger = Described(task_calls.get_ledger)
    get_why = Described(task_calls.get_why)

    list_runs = Paged(run_calls.list_runs)
    list_task_runs = Paged(run_calls.list_task_runs)
    get_run = Described(run_calls.get_run)
    cancel_run = Described(run_calls.cancel_run)
    start_backfill = Described(run_calls.start_backfill)
    list_backfills = Described(run_calls.list_backfills)
    get_backfill = Described(run_calls.get_backfill)
    cancel_backfill = Described(run_calls.cancel_backfill)
    preview_trigger = Described(run_calls.preview_trigger)
    try_action = Described(run_calls.try_action)

    alive = Described(server_calls.alive)
    ready = Described(server_calls.ready)
    metrics = Described(server_calls.metrics)
    task_schema = Described(server_calls.task_schema)
    openapi = Described(server_calls.openapi)

    # Of the second part of the contract: a server that does not have one yet answers 404 or 405.
    me = Described(history_calls.me)
    list_revisions = Paged(history_calls.list_revisions)
    get_revision = Described(history_calls.get_revision)
    restore_revision = Described(history_calls.restore_revision)
    restore_task = Described(history_calls.restore_task)
    retry_run = Described(history_calls.retry_run)
    retry_runs = Described(history_calls.retry_runs)
    cancel_runs = Described(history_calls.cancel_runs)

    list_calendars = Paged(calendar_calls.list_calendars)
    get_calendar = Described(calendar_calls.get_calendar)
    put_calendar = Described(calendar_calls.put_calendar)
    delete_calendar = Described(calendar_calls.delete_calendar)
    calendar_days = Described(calendar_calls.calendar_days)
    list_freezes = Paged(calendar_calls.list_freezes)
    get_freeze = Described(calendar_calls.get_freeze)
    put_freeze = Described(calendar_calls.put_freeze)
    delete_freeze = Described(calendar_calls.delete_freeze)
    forecast = Described(calendar_calls.forecast)
    tasks_calendar = Described(calendar_calls.tasks_calendar)

    pause_tasks = Described(many_calls.pause_tasks)
    resume_tasks = Described(many_calls.resume_tasks)
    delete_tasks = Described(many_calls.delete_tasks)
    restore_tasks = Described(many_calls.restore_tasks)
    run_tasks = Described(many_calls.run_tasks)
    list_tags = Described(many_calls.list_tags)
    list_incidents = Described(many_calls.list_incidents)
    list_workers = Described(many_calls.list_workers)
    get_output = Described(output_calls.get_output)
    follow_output = Followed(output_calls.follow_output)
