"""Every call of the REST API, as a method of both clients."""

from __future__ import annotations

from onthedot.client.call import Described, Followed, Paged
from onthedot.client.calls import bulk, calendars, runs, server, tasks


class Calls:
    """The calls of both clients, named as in the OpenAPI document."""

    create_task = Described(tasks.create_task)
    create_tasks = Described(tasks.create_tasks)
    list_tasks = Paged(tasks.list_tasks)
    get_task = Described(tasks.get_task)
    replace_task = Described(tasks.replace_task)
    delete_task = Described(tasks.delete_task)
    pause_task = Described(tasks.pause_task)
    resume_task = Described(tasks.resume_task)
    run_task = Described(tasks.run_task)
    preview_edit = Described(tasks.preview_edit)
    get_ledger = Described(tasks.get_ledger)
    get_why = Described(tasks.get_why)

    list_runs = Paged(runs.list_runs)
    list_task_runs = Paged(runs.list_task_runs)
    get_run = Described(runs.get_run)
    cancel_run = Described(runs.cancel_run)
    start_backfill = Described(runs.start_backfill)
    list_backfills = Described(runs.list_backfills)
    get_backfill = Described(runs.get_backfill)
    cancel_backfill = Described(runs.cancel_backfill)
    preview_trigger = Described(runs.preview_trigger)
    try_action = Described(runs.try_action)

    alive = Described(server.alive)
    ready = Described(server.ready)
    metrics = Described(server.metrics)
    task_schema = Described(server.task_schema)
    openapi = Described(server.openapi)

    me = Described(server.me)
    list_revisions = Paged(tasks.list_revisions)
    get_revision = Described(tasks.get_revision)
    restore_revision = Described(tasks.restore_revision)
    restore_task = Described(tasks.restore_task)
    retry_run = Described(runs.retry_run)
    retry_runs = Described(bulk.retry_runs)
    cancel_runs = Described(bulk.cancel_runs)

    list_calendars = Paged(calendars.list_calendars)
    get_calendar = Described(calendars.get_calendar)
    put_calendar = Described(calendars.put_calendar)
    delete_calendar = Described(calendars.delete_calendar)
    calendar_days = Described(calendars.calendar_days)
    list_freezes = Paged(calendars.list_freezes)
    get_freeze = Described(calendars.get_freeze)
    put_freeze = Described(calendars.put_freeze)
    delete_freeze = Described(calendars.delete_freeze)
    forecast = Described(server.forecast)
    tasks_calendar = Described(server.tasks_calendar)

    pause_tasks = Described(bulk.pause_tasks)
    resume_tasks = Described(bulk.resume_tasks)
    delete_tasks = Described(bulk.delete_tasks)
    restore_tasks = Described(bulk.restore_tasks)
    run_tasks = Described(bulk.run_tasks)
    list_tags = Described(server.list_tags)
    list_incidents = Described(server.list_incidents)
    list_workers = Described(server.list_workers)
    get_output = Described(runs.get_output)
    follow_output = Followed(runs.follow_output)
