"""What commands print: a table for people; JSON, YAML or names for programs."""

from __future__ import annotations

import json
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

import click
from pydantic import BaseModel

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])

#: Columns keep at least this many characters.
_NARROWEST = 8

_COLOURS = {
    "scheduled": "green",
    "succeeded": "green",
    "ran": "green",
    "completed": "green",
    "running": "cyan",
    "pending": "cyan",
    "paused": "yellow",
    "late": "yellow",
    "skipped": "yellow",
    "cancelled": "yellow",
    "failed": "red",
    "timed_out": "red",
    "terminated": "red",
    "missed": "red",
    "unknown": "red",
}


class Format(StrEnum):
    """How data is printed."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    NAME = "name"


def output_option(command: Command) -> Command:
    """The option -o."""
    return click.option(
        "-o",
        "--output",
        "form",
        type=click.Choice([form.value for form in Format]),
        default=Format.TABLE.value,
        show_default=True,
        help="How to print it: for people, or for programs.",
    )(command)


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column of a table."""

    title: str
    cell: Callable[[T], str]
    coloured: bool = False


def show_list(
    items: Iterable[T], form: str, columns: Sequence[Column[T]], name: Callable[[T], str]
) -> None:
    """Prints a list; `name` is what -o name prints of each."""
    if form == Format.NAME:
        for item in items:
            click.echo(name(item))
    elif form == Format.TABLE:
        show_table(list(items), columns)
    else:
        show_data([plain(item) for item in items], form)


def show_one(item: T, form: str, rows: Callable[[T], Sequence[tuple[str, str]]], name: str) -> None:
    """Prints one thing; as a table, one line for each of `rows` that is not empty."""
    if form == Format.NAME:
        click.echo(name)
    elif form == Format.TABLE:
        told = [(title, text) for title, text in rows(item) if text]
        width = max((len(title) for title, _ in told), default=0)
        for title, text in told:
            first, *more = text.splitlines()
            click.echo(f"{title:<{width}}  {_status_coloured(first)}")
            for line in more:
                click.echo(f"{'':<{width}}  {line}")
    else:
        show_data(item, form)


def show_table(items: Sequence[T], columns: Sequence[Column[T]]) -> None:
    """Prints a table that fits the terminal; if there is none, nothing is cut."""
    rows = [[_one_line(column.cell(item)) for column in columns] for item in items]
    heads = [column.title for column in columns]
    widths = [max(map(_width, cells)) for cells in zip(heads, *rows, strict=True)]
    if sys.stdout.isatty():
        widths = _fitted(widths, shutil.get_terminal_size().columns)
    click.echo(_line(heads, widths).rstrip())
    for row in rows:
        padded = [_padded(cell, width) for cell, width in zip(row, widths, strict=True)]
        for n, column in enumerate(columns):
            if column.coloured:
                padded[n] = _status_coloured(padded[n])
        click.echo("  ".join(padded).rstrip())


def show_data(item: Any, form: str) -> None:
    """Prints JSON or YAML, for programs."""
    value = plain(item)
    if form == Format.JSON:
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
    else:
        from onthedot.applying.yaml_output import to_yaml

        click.echo(to_yaml(value), nl=False)


def plain(item: Any) -> Any:
    """The values in REST's form: plain JSON."""
    return item.model_dump(mode="json", by_alias=True) if isinstance(item, BaseModel) else item


def say(text: str) -> None:
    """Prints to standard error anything that is not data."""
    click.echo(text, err=True)


def _fitted(widths: list[int], room: int) -> list[int]:
    """The widths, the widest ones cut until all fit."""
    fitted = list(widths)
    while sum(fitted) + 2 * (len(fitted) - 1) > room and max(fitted) > _NARROWEST:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(_padded(cell, width) for cell, width in zip(cells, widths, strict=True))


def _padded(text: str, width: int) -> str:
    if _width(text) > width:
        while _width(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """The width in columns of a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _one_line(text: str) -> str:
    """The text without what would break a row or control the terminal."""
    return "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)


def _status_coloured(text: str) -> str:
    colour = _COLOURS.get(text.strip())
    return click.style(text, fg=colour) if colour else text
