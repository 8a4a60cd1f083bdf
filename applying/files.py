"""Reads tasks from files: one task per document, a list of them, or a list under `tasks:`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from onthedot.applying.problems import FileProblem, WrongFiles
from onthedot.applying.yaml_text import Located, documents
from onthedot.messages.field_errors import field_problems
from onthedot.scheduling.task import NewTask, Task

#: Fields that only responses have: a file made from one may contain them; they are ignored.
READ_ONLY = frozenset(Task.model_fields) - frozenset(NewTask.model_fields)

SUFFIXES = (".yaml", ".yml", ".json")

#: The name of standard input.
STDIN = "-"

_NEW_TASK: TypeAdapter[NewTask] = TypeAdapter(NewTask)


@dataclass(frozen=True)
class FileTask:
    """A task in a file."""

    file: str
    source: Located
    task: NewTask

    def names(self, field: str) -> bool:
        """Whether the file sets a field, instead of leaving it at its default."""
        return field in self.source.value

    def wrong(self, field: str, message: str) -> FileProblem:
        """A problem of this task."""
        return FileProblem(self.file, self.source.line_of(field), field, message)


def read_paths(paths: Iterable[str]) -> list[FileTask]:
    """The tasks of files, of all files below directories, and of standard input for `-`.

    Raises:
        WrongFiles: with every problem in the form of any of them.
    """
    problems: list[FileProblem] = []
    found: list[FileTask] = []
    for path in paths:
        try:
            for name, text in _texts(path):
                try:
                    found += read_text(text, name)
                except WrongFiles as error:
                    problems += error.problems
        except WrongFiles as error:
            problems += error.problems
    if problems:
        raise WrongFiles(*problems)
    return found


def read_text(text: str, name: str) -> list[FileTask]:
    """The tasks of one text; `name` is its name in messages.

    Raises:
        WrongFiles: with every problem in it.
    """
    problems: list[FileProblem] = []
    found: list[FileTask] = []
    for document in documents(text, name):
        for source in _tasks(document, name):
            try:
                found.append(FileTask(name, source, _task(source, name)))
            except WrongFiles as error:
                problems += error.problems
    if problems:
        raise WrongFiles(*problems)
    return found


def _texts(path: str) -> Iterator[tuple[str, str]]:
    if path == STDIN:
        yield "<stdin>", sys.stdin.read()
        return
    place = Path(path)
    files = [place]
    if place.is_dir():
        files = sorted(
            file
            for file in place.rglob("*")
            if file.suffix in SUFFIXES
            and file.is_file()
            and not any(part.startswith(".") for part in file.relative_to(place).parts)
        )
        if not files:
            kinds = ", ".join(SUFFIXES)
            raise WrongFiles(FileProblem(path, 1, "", f"holds no files that end in {kinds}"))
    for file in files:
        try:
            yield str(file), file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            said = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise WrongFiles(FileProblem(str(file), 1, "", f"cannot be read: {said}")) from None


def _tasks(document: Located, name: str) -> Iterator[Located]:
    value = document.value
    if isinstance(value, dict) and "tasks" in value:
        for key in value:
            # As usual, x-… may hold values for anchors.
            if key != "tasks" and not key.startswith("x-"):
                message = "is not allowed next to `tasks`; only x-… is"
                raise WrongFiles(FileProblem(name, document.line_of(key), key, message))
        document = document.at("tasks")
        value = document.value
        if not isinstance(value, list):
            raise WrongFiles(FileProblem(name, document.line, "tasks", "must be a list of tasks"))
    if isinstance(value, list):
        yield from (document.at(str(n)) for n in range(len(value)))
    else:
        yield document


def _task(source: Located, name: str) -> NewTask:
    value = source.value
    if not isinstance(value, dict):
        raise WrongFiles(FileProblem(name, source.line, "", "is not a task: a task is a mapping"))
    written = {key: part for key, part in value.items() if key not in READ_ONLY}
    try:
        return _NEW_TASK.validate_json(json.dumps(written), strict=True)
    except ValidationError as error:
        found = field_problems(error.errors(include_url=False, include_input=False), written)
        raise WrongFiles(
            *(FileProblem(name, source.line_of(f.field), f.field, f.message) for f in found)
        ) from None
