"""Expressions and zones to test: chosen ones, and strategies that generate more."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

#: Zones with every kind of clock change: whole hours, half an hour, two hours, at midnight, into
#: the day before, on Fridays, with a negative summer time, four times a year, and none.
ZONES = (
    "America/New_York", "Europe/London", "Europe/Paris", "Australia/Sydney", "Australia/Lord_Howe",
    "America/Santiago", "America/Havana", "America/Nuuk", "Atlantic/Azores", "Africa/Cairo",
    "Asia/Beirut", "Africa/Casablanca", "Europe/Dublin", "Antarctica/Troll", "Pacific/Chatham",
    "America/St_Johns", "Asia/Jerusalem", "Asia/Kolkata", "UTC",
)  # fmt: skip

CHOSEN = (
    "* * * * *", "*/5 * * * *", "*/7 * * * *", "*/15 * * * *", "*/20 * * * *", "*/30 * * * *",
    "*/90 * * * *", "0 * * * *", "30 * * * *", "45 * * * *", "7,13,29 * * * *", "59 * * * *",
    "10-20 * * * *", "10-50/15 * * * *", "59/15 * * * *", "50-10 * * * *", "5/20 * * * *",
    "0 */2 * * *", "0 */3 * * *", "30 */4 * * *", "0 */5 * * *", "0 */12 * * *", "*/10 0-6 * * *",
    "*/5 0-6 * * *", "*/15 9-17 * * 1-5", "*/10 8-20 * * *", "* 9-17 * * *", "* 0-5 * * *",
    "* 1 * * *", "* 2 * * *", "* 23 * * *", "*/15 0 * * *", "*/15 1-3 * * 0", "0,30 0-3 * * *",
    "0-59 * * * *", "0-59 2 * * *", "0-59 0-23 * * *", "15 0-23 * * *", "0 0 * * *", "30 0 * * *",
    "59 0 * * *", "0 1 * * *", "30 1 * * *", "45 1 * * *", "0 2 * * *", "15 2 * * *", "30 2 * * *",
    "30 2,3 * * *", "0 2,3 * * *", "0 3 * * *", "30 3 * * *", "30 23 * * *", "59 23 * * *",
    "30 22-2 * * *", "0 9 * * 1-5", "0 9 * * MON-FRI", "0 9,12,18 * * *", "0 9-17 * * 1-5",
    "30 2 * * 0", "30 1 * * 7", "30 2 * * SUN", "0 9 * * 6", "0 9 * * 0", "0 0 * * 6", "0 0 * * 0",
    "0 0 * * 1", "30 0 * * 5", "0 12 * * 5-7", "0 12 * * 6-1", "0 12 * * SAT-MON", "0 12 * * 1-7",
    "0 12 * * */2", "0 12 * * 1,3,5", "0 0 1 * *", "30 2 1 * *", "0 0 31 * *", "0 0 29 2 *",
    "0 0 29-31 * *", "0 0 28-3 * *", "0 0 13 * 5", "30 2 8-14 * 0", "30 2 1-7 3,4,9,10,11 0",
    "0 0 */10 * 1", "0 0 */28 2 1", "0 0 1-31 * 1", "0 0 */1 * 1", "0 6 1,15 * 3", "0 0 ? * 1",
    "0 0 15 * ?", "0 0 L * *", "30 2 L * *", "0 0 1,L * *", "0 0 25-L * *", "0 0 L 2 *",
    "0 0 L * 5", "0 0 LW * *", "0 0 15W * *", "0 0 W15 * *", "0 0 1W * *", "0 0 31W * *",
    "0 0 30W 2 *", "0 0 1W,15W,LW * *", "0 0 15W * 1", "0 0 * * 5L", "0 0 * * L5", "30 2 * * 0L",
    "30 1 * * 7L", "0 0 * * 1L,5L", "0 0 * * FRIL", "0 0 * * 5#2", "30 2 * * 0#2", "30 1 * * SUN#1",
    "0 0 * * 1#5", "0 0 * 2 1#5", "0 0 * * 5#2,1#1", "0 0 * * 1-5#1", "0 0 * * 3,5#2",
    "0 0 13 * 5#2", "0 0 * * 1#1,2L", "0 9 * 1-3,10 2", "0 9 * NOV-FEB *", "0 9 * JAN,JUL MON",
    "0 9 1 */3 *", "0 9 * 5/3 *", "30 2 * 3 *", "30 1 * 10-11 0", "0 0 1 1 *", "@hourly", "@daily",
    "@midnight", "@weekly", "@monthly", "@yearly", "@annually", "H * * * *", "H H * * *",
    "H H(0-3) * * *", "H/15 * * * *", "H/20 2 * * *", "H(0-29)/10 1-2 * * *", "H H H * *",
    "H H * * H", "H H H H *", "* * * * * *", "*/10 * * * * *", "*/7 * * * * *", "30 * * * * *",
    "30 30 2 * * *", "15 0 0 * * *", "0,30 30 1 * * *", "* 30 2 * * *", "*/20 */20 */2 * * *",
    "* * 2 * * *", "* * 0-5 * * *", "5/10 */15 1-3 * * SUN", "0 30 2 * * *", "H H H * * *",
    "59 59 23 L * *", "0 0 0 LW * *",
)  # fmt: skip

_MONTHS = ("JAN", "feb", "Mar", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "nov", "DEC")
_WEEKDAYS = ("SUN", "mon", "Tue", "WED", "THU", "FRI", "SAT")


def _values(low: int, high: int, *, wrap: bool) -> st.SearchStrategy[str]:
    value = st.integers(low, high)
    pairs = st.tuples(value, value).filter(lambda p: p[0] != p[1])
    ranges = pairs.map(lambda p: f"{p[0]}-{p[1]}" if wrap else f"{min(p)}-{max(p)}")
    ordered = pairs.map(lambda p: f"{min(p)}-{max(p)}")
    step = st.integers(1, max(2, (high - low) // 2))
    stepped = st.tuples(ordered, step).map(lambda p: f"{p[0]}/{p[1]}")
    one = st.one_of(value.map(str), ranges, stepped)
    return st.lists(one, min_size=1, max_size=3).map(",".join)


def _stars(high: int) -> st.SearchStrategy[str]:
    return st.one_of(st.just("*"), st.integers(2, high).map(lambda n: f"*/{n}"))


def _hashed(low: int, high: int) -> st.SearchStrategy[str]:
    return st.one_of(
        st.just("H"),
        st.integers(2, (high - low) // 2 + 1).map(lambda n: f"H/{n}"),
        st.integers(low, high - 1).map(lambda n: f"H({n}-{high})"),
    )


def expressions(*, plain: bool = False, hashed: bool = True) -> st.SearchStrategy[str]:
    """Expressions of the dialect; `plain`: five fields that cronsim reads as well."""

    def field(low: int, high: int, *more: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        shared = [_stars(high), _values(low, high, wrap=not plain), *more]
        return st.one_of(*shared, *([] if plain or not hashed else [_hashed(low, high)]))

    #: Hours in which clocks change, more often than by chance.
    hours = st.one_of(
        field(0, 23), st.sampled_from(["0", "1", "2", "3", "23", "0-3", "1,2", "2,3", "0,23"])
    )
    last_weekday = st.integers(0, 6).map(lambda d: f"{d}L")
    nth = st.tuples(st.integers(0, 7), st.integers(1, 5)).map(lambda p: f"{p[0]}#{p[1]}")
    days = field(1, 31, st.sampled_from(["L", "LW", "1,L"]))
    nearest = st.integers(1, 31).map(lambda d: f"{d}W")
    months = st.one_of(
        st.just("*"), st.just("*"), field(1, 12), st.sampled_from(["3,4", "9-11", *_MONTHS])
    )
    weekdays = field(0, 6, last_weekday, nth, st.sampled_from(["7", "0", *_WEEKDAYS]))
    free = st.just("*")
    if plain:
        day_pairs = st.one_of(
            st.tuples(free, free),
            st.tuples(days, free),
            st.tuples(free, weekdays),
            st.tuples(days, weekdays),
        )
        seconds: st.SearchStrategy[str] = st.just("")
    else:
        dates = st.one_of(days, nearest)
        day_pairs = st.one_of(
            st.tuples(free, free),
            st.tuples(dates, st.sampled_from(["*", "?"])),
            st.tuples(st.sampled_from(["*", "?"]), weekdays),
            st.tuples(dates, weekdays),
        )
        seconds = st.one_of(st.just(""), st.just(""), st.just(""), field(0, 59))
    parts = st.tuples(seconds, field(0, 59), hours, day_pairs, months)
    return parts.map(lambda p: f"{p[0]} {p[1]} {p[2]} {p[3][0]} {p[4]} {p[3][1]}".strip())


def generated() -> list[str]:
    """320 different expressions, the same ones each time."""
    found: dict[str, None] = {}

    @settings(
        max_examples=640,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(expressions())
    def collect(expression: str) -> None:
        found[expression] = None

    collect()
    return list(found)[:320]
