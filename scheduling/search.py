"""The search index of tasks: words and tags in a form that every store treats the same way.

Stores treat case, accents, quotes and punctuation differently. So words are folded here, both at
registration and in a query, and stores get only `a` to `z` and digits.

1. A text is folded (case, accents) and split into words; an ideograph is a separate word.
2. Words that are not plain, or very long, are replaced by a digest. So are tags, without folding.
3. The beginnings of words in a name or an id are added, so that a list narrows as users type.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from onthedot.scheduling.action import (
    Action,
    ActivityAction,
    CommandAction,
    HttpAction,
    LogAction,
    WorkflowAction,
)
from onthedot.scheduling.calendars.days import calendars_of
from onthedot.scheduling.task import TaskDefinition
from onthedot.scheduling.trigger import OnceTrigger

_IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_IDEOGRAPH}]|[^\W_{_IDEOGRAPH}]+")
_PLAIN = re.compile(r"[a-z0-9]{1,24}")
_MARK = re.compile(r"[!-/:-@\[-`{-~]")

#: The longest search attribute: Temporal accepts 2,048 bytes of JSON.
_ROOM = 1900

#: The lengths of the beginnings of words.
_BEGINNINGS = range(2, 13)


@dataclass(frozen=True)
class Terms:
    """The search terms of one task."""

    words: tuple[str, ...]
    more: str
    """Words that did not fit, and the beginnings of words, separated by spaces."""
    labels: tuple[str, ...]
    """Its tags, its calendars, and the zone database."""


def terms(
    task_id: str,
    task: TaskDefinition,
    calendars: Mapping[str, int] | None = None,
    zone_rules: str = "",
) -> Terms:
    """The search terms of a task; the end of a very long description is left out.

    `calendars` are the revisions of calendars that its schedule uses, `zone_rules` the release of
    the zone database that it was compiled with.
    """
    titles = [task.name, task_id]
    texts = [*titles, *task.tags, target(task.action), task.description]
    marks = dict.fromkeys(marks_of(" ".join((task.name, *task.tags))))
    whole = [*dict.fromkeys(word for text in texts for word in words_of(text)), *marks]
    words, rest = _fitting(whole, each=3)
    beginnings = dict.fromkeys(part for text in titles for part in _beginnings(text))
    more, _ = _fitting([*rest, *(part for part in beginnings if part not in whole)], each=1)
    kept_to = [*calendar_labels(task, calendars or {}), *_zone_labels(task, zone_rules)]
    labels = (*map(label, task.tags), *kept_to)
    return Terms(tuple(words), " ".join(more), labels)


def words_of(text: str) -> list[str]:
    """The words of a text, each in the form for stores."""
    return [_code(word) for word in _folded(text)]


def marks_of(text: str) -> list[str]:
    """The punctuation of a text, each mark as a word: used if there is nothing else."""
    return [f"mark{ord(mark):02x}" for mark in dict.fromkeys(_MARK.findall(text))]


def sought(q: str) -> list[str]:
    """The terms that a task must all have to be found by `q`; empty if nothing can be found."""
    return words_of(q) or marks_of(q)


def finds(q: str, texts: Iterable[str]) -> bool:
    """Whether all words of `q` are in these texts, as words or their beginnings, as a store would
    decide for a task with such titles."""
    titles = tuple(texts)
    words = {word for text in titles for word in (*words_of(text), *_beginnings(text))}
    words.update(marks_of(" ".join(titles)))
    wanted = sought(q)
    return bool(wanted) and words.issuperset(wanted)


def label(tag: str) -> str:
    """A tag in the form for stores, different for every tag, case-sensitive."""
    return f"t{tag}" if _PLAIN.fullmatch(tag) else f"x{_digest(tag)}"


def calendar_labels(task: TaskDefinition, calendars: Mapping[str, int]) -> list[str]:
    """The labels of a task's calendars, and of their revisions in its schedule."""
    names = calendars_of(task.trigger)
    found = [calendar_label(name) for name in names]
    return [*found, *(calendar_label(n, calendars[n]) for n in names if n in calendars)]


def calendar_label(name: str, revision: int | None = None) -> str:
    """The label of users of a calendar, or of one revision of it."""
    sign, text = ("c", name) if revision is None else ("r", f"{name}@{revision}")
    return sign + blake2b(text.encode(), digest_size=6).hexdigest()


def zone_label(release: str) -> str:
    """The label of tasks whose schedules were compiled with a release of the zone database."""
    return "z" + blake2b(release.encode(), digest_size=6).hexdigest()


def _zone_labels(task: TaskDefinition, release: str) -> list[str]:
    once = isinstance(task.trigger, OnceTrigger)
    return [zone_label(release)] if release and not once else []


def target(action: Action) -> str:
    """The target of an action: a URL without its query, a command line, the name of code."""
    match action:
        case HttpAction():
            return action.url.partition("?")[0]
        case CommandAction():
            return " ".join(action.argv)
        case ActivityAction():
            return action.name
        case WorkflowAction():
            return action.workflow_type
        case LogAction():
            return action.message


def _folded(text: str) -> Iterator[str]:
    apart = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return (found.group() for found in _WORD.finditer(bare))


def _beginnings(text: str) -> Iterator[str]:
    for word in _folded(text):
        yield from (_code(word[:length]) for length in _BEGINNINGS if length < len(word))


def _code(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else f"x{_digest(word)}"


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _fitting(words: Iterable[str], *, each: int) -> tuple[list[str], list[str]]:
    """The words that fit, with `each` extra bytes per word, and the others."""
    fitting: list[str] = []
    others: list[str] = []
    room = _ROOM
    for word in words:
        room -= len(word) + each
        (fitting if room >= 0 else others).append(word)
    return fitting, others
