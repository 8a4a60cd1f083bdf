"""The bar that appears when runs are chosen, and what it does to all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from onthedot.messages.many import MOST_OF_A_CHANGE, Outcome
from onthedot.service.runs.listing import RunFilter
from onthedot.service.tasks.bulk import Changed
from onthedot.ui.components.dialogs import confirm
from onthedot.ui.components.markup import box, button, named, text
from onthedot.ui.page_context import PageContext
from onthedot.ui.use_cases import UseCases


@dataclass(frozen=True)
class _Kind:
    """A change: how it is asked for and reported, and what it does."""

    ask: str
    icon: str
    done: str
    words: str
    call: str
    act: Callable[[UseCases, Sequence[str]], Awaitable[list[Changed]]]
    danger: bool = False


_KINDS = (
    _Kind(
        "Run again",
        "rotate-ccw",
        "started again",
        "Each gets a new run of the same occurrence: due when it was, carried out as its task is "
        "defined now.",
        "retry_runs",
        lambda uses, ids: uses.retry_runs(ids),
    ),
    _Kind(
        "Cancel",
        "ban",
        "asked to stop",
        "Those that go on are told to stop.",
        "cancel_runs",
        lambda uses, ids: uses.cancel_runs(ids),
        danger=True,
    ),
)


class RunChoice:
    """The chosen runs, by id; `changed` is called with them."""

    def __init__(
        self,
        context: PageContext,
        which: Callable[[], RunFilter],
        changed: Callable[[list[str]], None],
    ) -> None:
        self._context = context
        self._which = which
        self._changed = changed
        self._place = box()
        self._said: tuple[object, ...] | None = None
        self.ids: list[str] = []

    def choose(self, ids: Sequence[str]) -> None:
        """These and no others."""
        self.ids = list(ids)
        self._changed(self.ids)

    def show(self, *, on_page: int, count: int) -> None:
        """Draw the bar, where there is a choice; `count` runs match in all."""
        said = (tuple(self.ids), on_page, count)
        if self._said == said:
            return
        self._said = said
        self._place.clear()
        if not self.ids:
            return
        with self._place, named(box("chosen-bar"), role="toolbar", aria_label="Chosen runs"):
            text(f"{len(self.ids):,} chosen", "strong")
            if len(self.ids) == on_page and count > on_page:
                button(f"Choose all {count:,}", self._choose_all, "small ghost")
            for kind in _KINDS:
                self._add(kind)
            button("", lambda: self.choose([]), "small ghost", icon="x", aria="Choose none")

    def _add(self, kind: _Kind) -> None:
        def pressed() -> None:
            ids, count = self.ids, _counted(len(self.ids))

            async def work() -> None:
                await self._context.tried(_do(self._context, kind, ids))
                self.choose([])

            confirm(
                self._context.overlay,
                f"{kind.ask}: {count}?",
                kind.words,
                f"{kind.ask}: {count}",
                work,
                danger=kind.danger,
            )

        button(
            kind.ask,
            pressed,
            "small danger" if kind.danger else "small",
            icon=kind.icon,
            why_not=self._context.why_not(kind.call),
        )

    async def _choose_all(self) -> None:
        ids = await self._context.tried(_all_ids(self._context, self._which()))
        if ids is None:
            return
        if len(ids) > MOST_OF_A_CHANGE:
            self._context.toasts.say(
                f"At most {MOST_OF_A_CHANGE:,} runs at once: the newest are chosen.", tone="grey"
            )
        self.choose(ids[:MOST_OF_A_CHANGE])


async def _all_ids(context: PageContext, which: RunFilter) -> list[str]:
    ids: dict[str, None] = {}
    cursor: str | None = None
    while len(ids) <= MOST_OF_A_CHANGE:
        page = await context.run_list.page(which, limit=500, cursor=cursor, with_names=False)
        ids.update((run.id, None) for run in page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return list(ids)


async def _do(context: PageContext, kind: _Kind, ids: Sequence[str]) -> None:
    changed = await kind.act(context.uses, ids)
    context.changed()
    done = sum(each.outcome is Outcome.DONE for each in changed)
    errors = [str(each.error) for each in changed if each.error is not None]
    said = f"{_counted(done)} {kind.done}"
    if errors:
        said += f", {len(errors):,} not: {errors[0]}"
    context.toasts.say(said if errors else f"{said}.", tone="red" if errors else "green")


def _counted(number: int) -> str:
    return f"{number:,} run" if number == 1 else f"{number:,} runs"
