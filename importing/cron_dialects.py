"""Converts cron expressions of other programs to ones with the same meaning here.

Expressions with the same meaning stay unchanged. Each function raises CronError, with the reason,
for an expression that the original program refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from croniter import CroniterError, croniter

from onthedot.scheduling.cron.expression import MACROS, parse_cron
from onthedot.scheduling.cron.fields import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    MONTHS,
    WEEKDAY,
    WEEKDAYS,
    CronError,
    Field,
    element_values,
    value,
)

_FIVE = (MINUTE, HOUR, DAY, MONTH, WEEKDAY)
_NAMES = "|".join((*MONTHS, *WEEKDAYS))
_VALUE = rf"(?:\d{{1,9}}|{_NAMES})"
#: A step needs a star or a range before it: Vixie's grammar.
_VIXIE = re.compile(rf"(?:\*|{_VALUE}-{_VALUE})(?:/\d{{1,9}})?|{_VALUE}", re.ASCII | re.IGNORECASE)
_ROBFIG = re.compile(rf"(?:[*?]|{_VALUE}(?:-{_VALUE})?)(?:/\d{{1,9}})?", re.ASCII | re.IGNORECASE)
_RANDOM = re.compile(r"(\d{0,9})~(\d{0,9})(?:/(\d{1,9}))?", re.ASCII)
_STEP = re.compile(r"\d{1,9}", re.ASCII)
#: Forms with the same meaning in cron-parser and here: `L`, `5L`, `5#2`, `H`.
_CRON_PARSER_OWN = re.compile(r"[0-7]?L|[0-7]#[1-5]|H(?:\(\d+-\d+\))?(?:/\d{1,9})?", re.ASCII)
_CRON_PARSER_MACROS = {
    "@secondly": "* * * * * *",
    "@minutely": "* * * * *",
    "@weekdays": "0 0 * * 1-5",
    "@weekends": "0 0 * * 0,6",
}
#: Names such as `@midnight`.
_MACRO = re.compile(r"@[a-z]+", re.IGNORECASE)

_Element = Callable[[Field, str], str]


def from_vixie(expression: str) -> str:
    """An expression of Debian's cron or cronie: five fields, or a name such as `@daily`."""
    return _translated(expression, _vixie_element, "cron")


def from_robfig(expression: str) -> str:
    """An expression of a CronJob, except `@every`, which is an interval."""
    return _translated(expression, _robfig_element, "Kubernetes")


def from_croniter(expression: str) -> str:
    """An expression as Airflow reads it: five fields, or six with the seconds last."""
    fields = expression.split()
    if len(fields) == 6:
        seconds = fields[5]
        return f"{seconds} {_translated(' '.join(fields[:5]), _croniter_element, 'Airflow')}"
    return _translated(expression, _croniter_element, "Airflow")


def from_cron_parser(expression: str) -> str:
    """An expression as BullMQ reads it: five fields, or six with the seconds first."""
    text = _CRON_PARSER_MACROS.get(expression.strip().lower(), expression)
    fields = text.split()
    if len(fields) == 6:
        return f"{fields[0]} {_translated(' '.join(fields[1:]), _cron_parser_element, 'BullMQ')}"
    return _translated(text, _cron_parser_element, "BullMQ")


def _translated(expression: str, element_of: _Element, program: str) -> str:
    text = expression.strip()
    if text.startswith("@"):
        if text.upper() not in MACROS or not _MACRO.fullmatch(text):
            raise CronError(f"{program} does not know {text!r}.")
        return text
    fields = text.split()
    if len(fields) != 5:
        raise CronError(f"{program} expects five fields here and finds {len(fields)}.")
    found = " ".join(
        _field(field, written, element_of) for field, written in zip(_FIVE, fields, strict=True)
    )
    parse_cron(found, "")
    return found


def _field(field: Field, text: str, element_of: _Element) -> str:
    """A field, element by element. A star in a list makes the whole field one, except in cron."""
    elements = [element_of(field, element) for element in text.split(",")]
    if "*" in elements and element_of is not _vixie_element:
        return "*"
    return ",".join(elements)


def _vixie_element(field: Field, element: str) -> str:
    drawn = _RANDOM.fullmatch(element)
    if drawn is not None:
        # cronie draws when it loads the file; H is derived from the task's id, and never changes.
        low, high = drawn[1] or field.low, drawn[2] or field.high
        return f"H({low}-{high})" + (f"/{drawn[3]}" if drawn[3] else "")
    if not _VIXIE.fullmatch(element):
        raise CronError(f"cron does not accept {element!r} in the {field.name} field.")
    _counting_up(field, element, "cron")
    return _read_alike(field, element)


def _robfig_element(field: Field, element: str) -> str:
    if not _ROBFIG.fullmatch(element) or (field is WEEKDAY and "7" in element.partition("/")[0]):
        raise CronError(f"Kubernetes does not accept {element!r} in the {field.name} field.")
    _counting_up(field, element, "Kubernetes")
    return _read_alike(field, _restricting(field, element.replace("?", "*")))


def _croniter_element(field: Field, element: str) -> str:
    if field in (DAY, WEEKDAY):
        element = element.replace("?", "*")
    try:
        restricting = _restricting(field, element)
        element_values(field, restricting.upper(), "")
    except CronError:
        if "L" in element.upper() or "#" in element or "W" in element.upper():
            return element
        return _listed(field, element)
    return restricting


def _cron_parser_element(field: Field, element: str) -> str:
    element = element.replace("?", "*")
    if _CRON_PARSER_OWN.fullmatch(element):
        return element
    if not _ROBFIG.fullmatch(element):
        raise CronError(f"BullMQ does not accept {element!r} in the {field.name} field.")
    _counting_up(field, element, "BullMQ")
    body, slash, step = element.partition("/")
    if field is WEEKDAY and slash and body not in "*" and "-" not in body:
        # Its weekdays go up to 7, which is also Sunday.
        element = f"{body}-7/{step}"
    return _read_alike(field, _restricting(field, element))


def _restricting(field: Field, element: str) -> str:
    """`*/5` in a day field as a range: there only a bare star does not restrict."""
    body, _, step = element.partition("/")
    if body != "*" or field not in (DAY, WEEKDAY) or not _STEP.fullmatch(step):
        return element
    return "*" if int(step) == 1 else f"{field.low}-{field.high}/{step}"


def _counting_up(field: Field, element: str, program: str) -> None:
    body = element.partition("/")[0].upper()
    if "-" not in body:
        return
    first, last = (value(field, element, part) for part in body.split("-"))
    if first > last:
        raise CronError(f"{program} does not accept {element!r}: the range counts down.")


def _read_alike(field: Field, element: str) -> str:
    """The element or, if it is refused here as ambiguous, an unambiguous one."""
    upper = element.upper()
    try:
        element_values(field, upper, "")
    except CronError:
        body, slash, step_text = upper.partition("/")
        first_text, dash, last_text = body.partition("-")
        first = value(field, element, first_text)
        last = value(field, element, last_text) if dash else field.high if slash else first
        if slash and (not _STEP.fullmatch(step_text) or not step_text.strip("0")):
            raise
        step = int(step_text) if slash else 1
        found = {v % 7 if field is WEEKDAY else v for v in range(first, last + 1, step)}
        return ",".join(map(str, sorted(found)))
    return element


def _listed(field: Field, element: str) -> str:
    """The values of an element according to croniter, as a list."""
    fields = ["*"] * 5
    fields[_FIVE.index(field)] = element
    try:
        expanded, _ = croniter.expand(" ".join(fields))
    except (CroniterError, ValueError) as error:
        raise CronError(f"Airflow does not accept {element!r}: {error}.") from None
    named = expanded[_FIVE.index(field)]
    if named == ["*"]:
        return "*"
    if not all(isinstance(each, int) for each in named):
        raise CronError(f"{element!r} in the {field.name} field has no counterpart.")
    values = {int(each) % 7 if field is WEEKDAY else int(each) for each in named}
    return ",".join(map(str, sorted(values)))
