"""`python -m benchmarks.jobs`: the jobs of someone on call, with their clicks and seconds, in a
real Chromium, on a desktop and a phone, light and dark.

1. Register some three hundred tasks; let twenty fail, and edit one twice.
2. Stop the worker for a while, so that some do not run, and start it again.
3. Do each job on the page, guided only by its texts, and count: a click, a choice and a typed text
   are one step each. `--screenshots` saves what was seen.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

from benchmarks.datasets.bad_night import TEAMS, bad_night
from benchmarks.instruments.browser import chromium
from benchmarks.instruments.ending import run
from benchmarks.instruments.hand import Hand
from benchmarks.sides.ours import Ours
from benchmarks.sides.stack import Stack

#: Long enough for a busy machine, whose slowness is to be measured and not cut off.
_LIMIT_MS = 180_000
_FAILED = "failed"
_SIZES = {1280: (1280, 800), 390: (390, 844)}
_LOOKS = [(width, theme) for width in _SIZES for theme in ("light", "dark")]


async def _find(hand: Hand) -> None:
    await hand.begin("/tasks")
    await hand.type(hand.page.get_by_label("Search by words"), "milan 0105")
    row = hand.page.locator("tr[data-task='export-0105']")
    await hand.see(row)
    await expect(hand.page.locator("tr[data-task]")).to_have_count(1)
    await hand.shot("a-found")
    await hand.click(row.locator("a.name"))
    await hand.see(hand.page.get_by_role("heading", name=re.compile("0105")))
    await hand.shot("a-task")


async def _failed(hand: Hand) -> None:
    await hand.begin("/")
    await hand.shot("b-overview")
    await hand.click(hand.page.locator("a.trouble"))
    await hand.see(hand.page.locator(".incident").get_by_text("Connection refused"))
    await hand.shot("b-incidents")


async def _did_not_run(hand: Hand) -> None:
    await hand.begin("/")
    await hand.click(hand.page.locator("a[href$='/incidents']:visible"))
    await hand.see(hand.page.locator(".agenda a[href*='/tasks/'], .incident"))
    await expect(hand.page.get_by_text("Still looking")).to_have_count(0)
    await hand.see(hand.page.get_by_role("heading", name="Did not run"))
    await hand.page.evaluate("document.querySelector('.agenda')?.scrollIntoView()")
    await hand.shot("c-missed")


async def _again(hand: Hand) -> None:
    await hand.begin(f"/incidents?span=hour&tag={hand.team}")
    await hand.click(hand.button(re.compile("^Run these again")))
    await hand.shot("d-question")
    await hand.click(hand.dialog().get_by_role("button", name=re.compile("again")))
    await hand.see(hand.page.locator(".toast").get_by_text(re.compile("started again")))
    await hand.shot("d-done")


async def _pause(hand: Hand) -> None:
    await hand.begin("/tasks")
    await hand.type(hand.page.get_by_role("combobox", name="Tags"), "mil")
    await hand.click(hand.page.get_by_role("option", name=re.compile("milan")))
    await expect(hand.page).to_have_url(re.compile("tag=milan"))
    await expect(hand.page.locator("tr[data-task]", has_text="turin")).to_have_count(0)
    everything = hand.page.get_by_label("Choose all on this page")
    if await everything.is_visible():
        await hand.click(everything)
    else:
        await hand.click(hand.page.locator("tr[data-task] input[type=checkbox]"))
    others = hand.button(re.compile("^Choose all [0-9]"))
    if await others.count():
        await hand.click(others)
    await hand.shot("e-chosen")
    await hand.click(hand.page.get_by_role("toolbar").get_by_role("button", name="Pause"))
    await hand.type(hand.dialog().get_by_label("Note"), "the bank is closed")
    await hand.choose(hand.dialog().get_by_label("Until"), "morning")
    await hand.shot("e-question")
    await hand.click(hand.dialog().get_by_role("button", name=re.compile("^Pause")))
    toast = hand.page.locator(".toast").get_by_text(re.compile("paused"))
    await hand.see(toast)
    await hand.see(hand.page.locator("tr[data-task]", has_text="the bank is closed"))
    await hand.shot("e-paused")
    await hand.click(hand.button("Undo"))
    await expect(hand.page.locator("tr[data-task]", has_text="the bank is closed")).to_have_count(0)


async def _coming(hand: Hand) -> None:
    await hand.begin("/")
    busiest = hand.page.get_by_role("link", name=re.compile("at once, at"))
    await hand.see(busiest)
    await hand.page.evaluate("document.querySelectorAll('.chart')[1].scrollIntoView()")
    await hand.shot("f-overview")
    await hand.click(busiest)
    await hand.see(hand.page.locator("main a[href*='/tasks/']"))
    await hand.shot("f-busiest")


async def _changed(hand: Hand) -> None:
    await hand.begin("/tasks/export-0001")
    history = hand.page.locator(".revision")
    await hand.see(history)
    await hand.page.evaluate("document.querySelector('.revision').scrollIntoView()")
    await hand.shot("g-history")
    await hand.click(hand.button("Restore revision 1"))
    await hand.shot("g-question")
    await hand.click(hand.dialog().get_by_role("button", name="Restore"))
    await hand.see(hand.page.locator(".toast").get_by_text("Restored revision 1"))


async def _output(hand: Hand) -> None:
    await hand.begin("/tasks/writes")
    await hand.click(hand.button("Run now"))
    await hand.click(hand.button("View run"))
    written = hand.page.get_by_role("region", name="Output as it was written")
    await expect(written).to_contain_text("line 3")
    await hand.shot("h-live")
    await hand.click(hand.button("Cancel"))
    await expect(hand.page.locator(".head .pill")).to_have_text("Cancelled")
    await expect(written).to_contain_text("line 3")
    await hand.shot("h-kept")


_JOBS: dict[str, Callable[[Hand], Awaitable[None]]] = {
    "a find by a word in the middle": _find,
    "b what failed, and why": _failed,
    "c what did not run": _did_not_run,
    "d run again what failed in the last hour": _again,
    "e pause a tag until 06:00 with a note, undo": _pause,
    "f the next two hours, the busiest minute": _coming,
    "g who changed what, restore": _changed,
    "h live output, cancel, output kept": _output,
}


async def main() -> bool:
    """Prints a table in Markdown: for each job the steps and seconds, by width and theme. Returns
    whether all were done."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jobs", description=__doc__)
    parser.add_argument("--screenshots", type=Path, help="a folder to put them in")
    letters = [job[0] for job in _JOBS]
    parser.add_argument("--jobs", nargs="+", choices=letters, default=letters, help="these only")
    asked = parser.parse_args()
    shots: Path | None = asked.screenshots
    expect.set_options(timeout=_LIMIT_MS)
    async with Stack({"allow_commands": "true"}) as stack, chromium() as browser:
        ours = Ours(stack)
        await ours.start()
        await bad_night(stack, ours)
        print(f"Clicks and seconds; load average {os.getloadavg()[0]:.0f} at the start.\n")
        print(_row("job", [f"{width} px, {theme}" for width, theme in _LOOKS]))
        print(_row("---", ["---"] * len(_LOOKS)))
        done = True
        for job, does in _JOBS.items():
            if job[0] not in asked.jobs:
                continue
            cells = [await _timed(browser, stack.base, shots, look, does) for look in _LOOKS]
            print(_row(job, cells), flush=True)
            done &= _FAILED not in cells
        await ours.close()
        return done


def _row(first: str, cells: list[str]) -> str:
    return f"| {first:44} | {' | '.join(f'{cell:>15}' for cell in cells)} |"


async def _timed(
    browser: Browser,
    base: str,
    shots: Path | None,
    look: tuple[int, str],
    does: Callable[[Hand], Awaitable[None]],
) -> str:
    width, theme = look
    across, down = _SIZES[width]
    scheme: Any = theme
    context = await browser.new_context(
        viewport={"width": across, "height": down}, color_scheme=scheme, has_touch=width < 700
    )
    page = await context.new_page()
    page.set_default_timeout(_LIMIT_MS)
    hand = Hand(page, base, shots, f"{width}-{theme}", TEAMS[_LOOKS.index(look)])
    began = time.perf_counter()
    try:
        await does(hand)
    except Exception as error:
        await hand.shot(f"failed-{does.__name__.strip('_')}")
        print(f"{does.__name__}, {width} {theme}: {str(error)[:600]}", file=sys.stderr)
        return _FAILED
    finally:
        await context.close()
    return f"{hand.steps}, {time.perf_counter() - began:.1f} s"


if __name__ == "__main__":
    run(main())
