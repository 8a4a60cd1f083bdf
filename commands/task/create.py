"""`onthedot task create`: from options, or from a file."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from onthedot.applying.files import READ_ONLY, read_paths
from onthedot.client import ProblemResponse
from onthedot.commands.preview import seconds_or_iso
from onthedot.commands.reaching import explained, server
from onthedot.commands.task.changes import SomeFailed
from onthedot.commands.task.views import COLUMNS
from onthedot.commands.terminal.output import Format, output_option, say, show_list
from onthedot.commands.terminal.times import INSTANT, shown
from onthedot.scheduling.task import Task
from onthedot.scheduling.values import format_instant

_WHEN = ("cron", "every", "at", "delay")
_WHAT = ("log", "http", "program")


@click.command(
    short_help="Register a task, or several from a file.",
    epilog="\b\nExamples:\n"
    '  onthedot task create hello --cron "*/5 * * * *" --tz Europe/Rome --log "hello"\n'
    "  onthedot task create remind --in PT10M --http https://example.com/hook\n"
    "  onthedot task create -f tasks.yaml",
)
@click.argument("task_id", required=False, metavar="[ID]")
@click.option("-f", "--file", "path", metavar="PATH", help="YAML or JSON; - is standard input.")
@click.option("--cron", metavar="EXPRESSION", help="When: a cron expression, in quotes.")
@click.option("--every", metavar="DURATION", help="When: PT90S, or seconds.")
@click.option("--at", type=INSTANT, help="When: once, at this time.")
@click.option("--in", "delay", metavar="DURATION", help="When: once, after this long.")
@click.option("--tz", metavar="ZONE", help="IANA time zone of --cron (default UTC).")
@click.option("--http", metavar="URL", help="What: calls a URL.")
@click.option("--method", default="POST", show_default=True, help="The method of --http.")
@click.option("--command", "program", metavar="LINE", help="What: runs a program, without a shell.")
@click.option("--log", metavar="MESSAGE", help="What: writes a message to the worker's log.")
@click.option("--name", help="The display name (default the id).")
@click.option("--tag", "tags", multiple=True, help="May be repeated.")
@click.option(
    "--paused", is_flag=True, help="Register it paused: it does not fire until it is resumed."
)
@output_option
def create(path: str | None, form: str, **given: Any) -> None:
    """Register a task. A file can set everything that a definition has."""
    if path is not None:
        if any(given[name] for name in ("task_id", *_WHEN, *_WHAT, "tags", "name")):
            raise click.UsageError("With -f, the file contains the whole definition.")
        _create_all(
            [
                {k: v for k, v in f.source.value.items() if k not in READ_ONLY}
                for f in read_paths([path])
            ],
            form,
        )
    else:
        _create_all([_definition(**given)], form)


def _create_all(definitions: list[dict[str, Any]], form: str) -> None:
    made: list[Task] = []
    failed = 0
    with server() as there:
        for definition in definitions:
            try:
                made.append(there.create_task(definition))
            except ProblemResponse as error:
                if len(definitions) == 1:
                    raise
                failed += 1
                say(f"onthedot: {definition.get('id', 'task')}: {explained(error)}")
    if form == Format.TABLE:
        for task in made:
            first = next(iter(task.next_runs), None)
            click.echo(f"{task.id} created" + (f", runs first at {shown(first)}" if first else ""))
    else:
        show_list(made, form, COLUMNS, lambda task: task.id)
    for task in made:
        for warning in task.warnings:
            say(f"onthedot: {task.id}: {warning}")
    if failed:
        raise SomeFailed(failed, len(definitions))


def _definition(**given: Any) -> dict[str, Any]:
    when = [name for name in _WHEN if given[name] is not None]
    what = [name for name in _WHAT if given[name] is not None]
    if len(when) != 1 or len(what) != 1:
        raise click.UsageError(
            "Give one of --cron, --every, --at and --in (when), and one of --http, --command and "
            "--log (what); or a file with -f."
        )
    if given["tz"] is not None and when != ["cron"]:
        raise click.UsageError("--tz belongs to --cron.")
    found: dict[str, Any] = {
        "id": given["task_id"],
        "name": given["name"],
        "tags": list(given["tags"]) or None,
        "paused": given["paused"] or None,
        "trigger": _trigger(given),
        "action": _action(given),
    }
    return {name: value for name, value in found.items() if value is not None}


def _trigger(given: Mapping[str, Any]) -> dict[str, Any]:
    if given["cron"] is not None:
        zone = {} if given["tz"] is None else {"timezone": given["tz"]}
        return {"kind": "cron", "expression": given["cron"], **zone}
    if given["every"] is not None:
        return {"kind": "interval", "every": seconds_or_iso(given["every"])}
    if given["delay"] is not None:
        return {"kind": "once", "delay": seconds_or_iso(given["delay"])}
    at: datetime = given["at"]
    return {"kind": "once", "at": format_instant(at)}


def _action(given: Mapping[str, Any]) -> dict[str, Any]:
    if given["http"] is not None:
        return {"kind": "http", "url": given["http"], "method": given["method"]}
    if given["log"] is not None:
        return {"kind": "log", "message": given["log"]}
    try:
        return {"kind": "command", "argv": shlex.split(given["program"])}
    except ValueError as error:
        raise click.UsageError(f"--command: {error}, in {json.dumps(given['program'])}.") from None
