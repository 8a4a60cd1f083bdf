"""What went wrong in the last hour in a line, for the overview; it leads to the incidents."""

from __future__ import annotations

from nicegui.element import Element

from onthedot.scheduling.incidents.incident import Incidents
from onthedot.ui.components.markup import box, href, named, text
from onthedot.ui.components.small import Icon


def show_trouble(place: Element, found: Incidents) -> None:
    """Say it, where there is something to say."""
    said = trouble(found)
    if place.props.get("data-said", "") == said:
        return
    place.props["data-said"] = said
    place.clear()
    if said:
        with place, named(box("card trouble", "a"), href=href("/incidents?span=hour")):
            Icon("circle-alert")
            text(said, "grow wrap")
            Icon("chevron-right")


def trouble(found: Incidents) -> str:
    """`In the last hour 6 runs failed for 2 causes, 1 of them ongoing; 12 instants did not run.`"""
    parts = []
    if failures := found.failures:
        runs, causes = sum(group.runs for group in failures), len(failures)
        ongoing = sum(group.ongoing for group in failures)
        failed = f"{_counted(runs, 'run')} failed for {_counted(causes, 'cause')}"
        if ongoing:
            some = f", {ongoing:,} of them ongoing"
            failed += ", still ongoing" if ongoing == causes else some
        parts.append(failed)
    if missed := found.did_not_run:
        parts.append(f"{_counted(missed, 'instant')} did not run")
    if found.late:
        parts.append(f"{_counted(len(found.late), 'run')} began late")
    return f"In the last hour {'; '.join(parts)}." if parts else ""


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
