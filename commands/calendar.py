"""`onthedot calendar`: named days that triggers skip or are limited to."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import yaml

from onthedot.commands.reaching import server
from onthedot.commands.terminal.asking import confirmed, yes_option
from onthedot.commands.terminal.output import Column, output_option, say, show_list, show_one
from onthedot.messages.calendars import CalendarAnswer, CalendarDay

_CALENDARS = (
    Column[CalendarAnswer]("NAME", lambda one: one.name),
    Column[CalendarAnswer]("KIND", lambda one: one.kind),
    Column[CalendarAnswer]("REVISION", lambda one: str(one.revision)),
    Column[CalendarAnswer]("BY", lambda one: one.updated_by),
    Column[CalendarAnswer]("PROBLEM", lambda one: one.problem),
)
_DAYS = (
    Column[CalendarDay]("DATE", lambda one: f"{one.date:%Y-%m-%d}"),
    Column[CalendarDay]("NAME", lambda one: one.name),
)
_DATE = click.DateTime(["%Y-%m-%d"])


@click.group(short_help="List, show, change and delete calendars.")
def calendar() -> None:
    """Calendars: named days that triggers skip, are limited to, or move runs away from."""


@calendar.command("list", epilog="\b\nExample:\n  onthedot calendar list")
@output_option
def list_(form: str) -> None:
    """List all calendars."""
    with server() as there:
        found = list(there.list_calendars())
    show_list(found, form, _CALENDARS, name=lambda one: one.name)


@calendar.command(epilog="\b\nExample:\n  onthedot calendar show it")
@click.argument("name")
@output_option
def show(name: str, form: str) -> None:
    """Show a calendar, and how many tasks use it."""
    with server() as there:
        found = there.get_calendar(name)
    show_one(found, form, _facts, name)


@calendar.command(
    epilog="\b\nExamples:\n"
    "  onthedot calendar set it --country IT\n"
    "  onthedot calendar set weekend --day sat --day sun\n"
    "  onthedot calendar set closed --date 2026-12-24 --date 2027-08-02/2027-08-22\n"
    "  onthedot calendar set free --any-of it --any-of weekend\n"
    "  onthedot calendar set team --url https://calendar.example.com/team.ics"
)
@click.argument("name")
@click.option("--country", metavar="CODE", help="The holidays of a country, such as IT.")
@click.option("--subdivision", metavar="CODE", help="A region of the country, such as BY.")
@click.option(
    "--category", multiple=True, help="A category of holidays (default public). May be repeated."
)
@click.option("--day", multiple=True, help="A day of every week: mon to sun. May be repeated.")
@click.option("--date", "dates", multiple=True, help="A date, or FIRST/LAST. May be repeated.")
@click.option("--any-of", multiple=True, metavar="NAME", help="Another calendar. May be repeated.")
@click.option("--url", help="An iCalendar feed, which a worker reads daily.")
@click.option("--ics", type=click.Path(exists=True, dir_okay=False), help="An iCalendar file.")
@click.option("-f", "--file", "path", metavar="PATH", help="YAML or JSON; - is standard input.")
@output_option
def set(name: str, form: str, path: str | None, **given: Any) -> None:
    """Create a calendar, or replace its content. Tasks that use it apply the change."""
    with server() as there:
        found = there.put_calendar(name, _content(path, given))
    show_one(found, form, _facts, name)


@calendar.command(epilog="\b\nExample:\n  onthedot calendar delete closed")
@click.argument("name")
@yes_option
def delete(name: str, yes: bool) -> None:
    """Delete a calendar that no task uses."""
    confirmed(f"Delete the calendar {name}?", yes)
    with server() as there:
        there.delete_calendar(name)
    say(f"Deleted {name}.")


@calendar.command(
    epilog="\b\nExample:\n  onthedot calendar days it --from 2026-12-01 --until 2027-01-06"
)
@click.argument("name")
@click.option("--from", "first", type=_DATE, help="The first day (default today).")
@click.option("--until", type=_DATE, help="The last day (default a year later).")
@output_option
def days(name: str, first: datetime | None, until: datetime | None, form: str) -> None:
    """List the days of a calendar, with their names."""
    with server() as there:
        found = there.calendar_days(name, since=_day(first), until=_day(until))
    show_list(list(found.items), form, _DAYS, name=lambda one: one.date.isoformat())
    if found.known_until is not None:
        say(f"Days after {found.known_until} are unknown.")


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None


def _content(path: str | None, given: dict[str, Any]) -> dict[str, Any]:
    kinds = {
        "holidays": given["country"],
        "weekly": given["day"],
        "dates": given["dates"],
        "any_of": given["any_of"],
        "url": given["url"],
        "ics": given["ics"],
    }
    chosen = [kind for kind, value in kinds.items() if value]
    if (given["subdivision"] or given["category"]) and not given["country"]:
        raise click.UsageError("--subdivision and --category need --country.")
    if path is not None and not chosen:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
        read = yaml.safe_load(text)
        if not isinstance(read, dict):
            raise click.UsageError("The file must contain one object with a kind.")
        return read
    if path is not None or len(chosen) != 1:
        raise click.UsageError(
            "Define the calendar with one of --country, --day, --date, --any-of, --url, --ics "
            "and -f."
        )
    match chosen[0]:
        case "holidays":
            more = {"categories": list(given["category"])} if given["category"] else {}
            return {
                "kind": "holidays",
                "country": given["country"],
                "subdivision": given["subdivision"],
                **more,
            }
        case "weekly":
            return {"kind": "weekly", "days": list(given["day"])}
        case "dates":
            return {"kind": "dates", "dates": list(given["dates"])}
        case "any_of":
            return {"kind": "any_of", "calendars": list(given["any_of"])}
        case "url":
            return {"kind": "ics", "url": given["url"]}
        case _:
            return {"kind": "ics", "text": Path(given["ics"]).read_text(encoding="utf-8")}


def _facts(found: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    left_out = {"text"}
    return tuple(
        (key, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for key, value in found.items()
        if value not in (None, "", []) and key not in left_out
    )
