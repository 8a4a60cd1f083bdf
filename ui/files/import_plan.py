"""Plans an import before anything is done: new, changed and unchanged tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from onthedot.applying.files import FileTask, read_text
from onthedot.applying.plan import Step, StepKind, Wanted, form_problems, problems, step
from onthedot.applying.problems import FileProblem, WrongFiles
from onthedot.messages.bulk import MOST_OF_A_CHANGE, Outcome
from onthedot.scheduling.task import NewTask
from onthedot.service.tasks.bulk import BulkProgress, Changed, for_each
from onthedot.service.temporal.calls import Temporal
from onthedot.ui.files.reads import tasks_by_id
from onthedot.ui.use_cases import UseCases


async def plan_import(temporal: Temporal, text: str, name: str) -> list[Step]:
    """One step for each task in the file.

    Raises: WrongFiles: with all problems of the file. TemporalUnavailable: Temporal does not
    respond.
    """
    files = await asyncio.to_thread(_read, text, name)
    wanted = [Wanted(file.task.id or "", file, None) for file in files]
    known = await tasks_by_id(temporal, [want.task_id for want in wanted])
    # Changes made by hand appear like any other: the user sees them before importing.
    steps = [step(want, known.get(want.task_id), force=True) for want in wanted]
    if wrong := await asyncio.to_thread(problems, steps, temporal.now()):
        raise WrongFiles(*wrong)
    return steps


def _read(text: str, name: str) -> Sequence[FileTask]:
    files = read_text(text, name)
    if not files:
        raise WrongFiles(FileProblem(name, 1, "", "contains no task"))
    if len(files) > MOST_OF_A_CHANGE:
        said = (
            f"contains {len(files):,} tasks; at most {MOST_OF_A_CHANGE:,} can be imported at once"
        )
        raise WrongFiles(FileProblem(name, 1, "", said))
    if wrong := form_problems(files):
        raise WrongFiles(*wrong)
    return files


async def do_import(
    uses: UseCases, steps: Sequence[Step], ids: Sequence[str], progress: BulkProgress
) -> list[Changed]:
    """Register the new and replace the changed tasks among these ids, unless someone else did
    meanwhile."""
    by_id = {each.task_id: each for each in steps if each.kind is not StepKind.UNCHANGED}

    async def one(task_id: str) -> Changed:
        made = by_id[task_id]
        after, before = made.after, made.before
        assert after is not None
        if before is None:
            task = await uses.create_task(NewTask(id=task_id, **dict(after)))
        else:
            task = await uses.replace_task(task_id, after, if_match=before.revision)
        return Changed(task_id, Outcome.DONE, task.revision)

    return await for_each([each for each in ids if each in by_id], one, progress)
