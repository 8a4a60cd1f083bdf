"""The holidays of countries, from the `holidays` library, whose releases follow new laws."""

from __future__ import annotations

import difflib
from datetime import date
from functools import lru_cache
from importlib.metadata import version

import holidays

from onthedot.scheduling.calendars.content import CalendarError, HolidaysCalendar
from onthedot.scheduling.calendars.resolved import ResolvedDays, days_between

#: The years to compute: all that tasks can be scheduled in.
_YEARS = (2000, 2100)
#: The language of names, if the library has them in it.
_LANGUAGE = "en_US"


def library_release() -> str:
    """The release of the library."""
    return f"holidays {version('holidays')}"


def holiday_days(content: HolidaysCalendar) -> ResolvedDays:
    """All holidays until 2100, or as far as the library has them.

    Raises:
        CalendarError: there is no such country, subdivision or category.
    """
    country = content.country.upper()
    kind = getattr(holidays, country, None) if country in _countries() else None
    if kind is None:
        close = difflib.get_close_matches(country, sorted(_countries()), n=1, cutoff=0.5)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise CalendarError(
            "country",
            f"no holidays are known for {content.country!r}. Use an ISO code, such as IT.{hint}",
        )
    if content.subdivision is not None:
        _one_of(
            "subdivision", content.subdivision, (*kind.subdivisions, *kind.subdivisions_aliases)
        )
    for n, category in enumerate(content.categories):
        _one_of(f"categories.{n}", category, kind.supported_categories)
    first, last = max(_YEARS[0], kind.start_year), min(_YEARS[1], kind.end_year)
    found = kind(
        years=range(first, last + 1),
        subdiv=content.subdivision,
        categories=content.categories,
        language=_LANGUAGE if _LANGUAGE in kind.supported_languages else None,
    )
    return ResolvedDays.of(
        ((days_between(day, day), found[day]) for day in found),
        known_until=date(last, 12, 31) if last < _YEARS[1] else None,
    )


def _one_of(field: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        wanted = f"Use one of {', '.join(sorted(map(str, known)))}." if known else "Leave it out."
        raise CalendarError(field, f"{value!r} is unknown for this country. {wanted}")


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries(include_aliases=True))
