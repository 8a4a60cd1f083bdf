"""The search index of tasks: words and tags in a form that every store treats the same way.

Stores differ in what they make of case, accents, quotes and punctuation. So words are folded here,
and what reaches a store is made of `a` to `z` and digits alone: at registration and in a query.

1. A text is folded (case, accents) and taken apart into words; an ideograph is a word by itself.
2. A word that is not plain, or is very long, is replaced by a digest. So is a tag, as it is.
3. Beside the words of a name and an id stand their beginnings, so that a list narrows as one types.
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

#: What one search attribute may hold: Temporal takes 2,048 bytes of JSON.
_ROOM = 1900

#: How long the beginnings of words are.
_BEGINNINGS = range(2, 13)


@dataclass(frozen=True)
class Terms:
    """What one task is found by."""

    words: tuple[str, ...]
    more: str
    """Words that had no room, and the beginnings of words, with spaces between them."""
    labels: tuple[str, ...]
    """Its tags, the calendars that it keeps to, and the zone database."""


def terms(
    task_id: str,
    task: TaskDefinition,
    calendars: Mapping[str, int] | None = None,
    zone_rules: str = "",
) -> Terms:
    """What a task is found by; of a very long description the end is left out.

    `calendars` are the revisions of calendars that its schedule keeps to, `zone_rules` the release
    of the zone database that it was compiled with.
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
    """The words of a text, each in the form that stores are given."""
    return [_code(word) for word in _folded(text)]


def marks_of(text: str) -> list[str]:
    """The punctuation of a text, each mark as a word: it counts where there is nothing else."""
    return [f"mark{ord(mark):02x}" for mark in dict.fromkeys(_MARK.findall(text))]


def sought(q: str) -> list[str]:
    """What a task must have, all of it, to be found by `q`; empty if nothing can be found."""
    return words_of(q) or marks_of(q)


def finds(q: str, texts: Iterable[str]) -> bool:
    """Whether all that `q` seeks is in these texts, as words or as their beginnings: what a store
    would say of a task with such titles."""
    titles = tuple(texts)
    words = {word for text in titles for word in (*words_of(text), *_beginnings(text))}
    words.update(marks_of(" ".join(titles)))
    wanted = sought(q)
    return bool(wanted) and words.issuperset(wanted)


def label(tag: str) -> str:
    """A tag in the form that stores are given: another one for every tag, case included."""
    return f"t{tag}" if _PLAIN.fullmatch(tag) else f"x{_digest(tag)}"


def calendar_labels(task: TaskDefinition, calendars: Mapping[str, int]) -> list[str]:
    """The labels of the calendars that a task keeps to, and of their revisions in its schedule."""
    names = calendars_of(task.trigger)
    found = [calendar_label(name) for name in names]
    return [*found, *(calendar_label(n, calendars[n]) for n in names if n in calendars)]


def calendar_label(name: str, revision: int | None = None) -> str:
    """The label of whatever uses a calendar, or one revision of it."""
    sign, text = ("c", name) if revision is None else ("r", f"{name}@{revision}")
    return sign + blake2b(text.encode(), digest_size=6).hexdigest()


def zone_label(release: str) -> str:
    """What those are found by whose schedules go by a release of the zone database."""
    return "z" + blake2b(release.encode(), digest_size=6).hexdigest()


def _zone_labels(task: TaskDefinition, release: str) -> list[str]:
    once = isinstance(task.trigger, OnceTrigger)
    return [zone_label(release)] if release and not once else []


def target(action: Action) -> str:
    """What an action is aimed at: a URL without its query, a command line, the name of code."""
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
    """Those that there is room for, where each takes so many bytes more, and the others."""
    fitting: list[str] = []
    others: list[str] = []
    room = _ROOM
    for word in words:
        room -= len(word) + each
        (fitting if room >= 0 else others).append(word)
    return fitting, others
