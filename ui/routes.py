"""Which page each address shows. Pages change without a reload; each address also works by itself.

No `from __future__ import annotations` here: NiceGUI recognises PageArguments by the type itself,
and rebuilds a page on a change of its query only if a function takes them.
"""

from collections.abc import Callable
from typing import Any

from nicegui import PageArguments, ui
from nicegui.elements.sub_pages import SubPages
from nicegui.page_arguments import RouteMatch

from onthedot.ui.components.markup import button, empty
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.calendars.calendar_list import calendars_page
from onthedot.ui.pages.calendars.editing import edit_calendar_page, new_calendar_page
from onthedot.ui.pages.calendars.page import calendar_page
from onthedot.ui.pages.forecast.page import forecast_page
from onthedot.ui.pages.freezes.page import freezes_page
from onthedot.ui.pages.incidents.page import incidents_page
from onthedot.ui.pages.overview import overview_page
from onthedot.ui.pages.run.page import run_page
from onthedot.ui.pages.runs import runs_page
from onthedot.ui.pages.settings import settings_page
from onthedot.ui.pages.task.form import edit_page, new_page
from onthedot.ui.pages.task.page import task_page
from onthedot.ui.pages.tasks.page import tasks_page


def show_pages(context: PageContext) -> None:
    """Show the page of the current address, and of each later one."""

    def page(build: Callable[..., Any], title: str) -> Callable[..., Any]:
        def show(args: PageArguments) -> Any:
            ui.page_title(f"{title} · On the Dot")
            return build(context, dict(args.query_parameters), **args.path_parameters)

        return show

    _Pages(
        {
            "/": page(overview_page, "Overview"),
            "/tasks": page(tasks_page, "Tasks"),
            # Not below /tasks/, where every name may be a task's id.
            "/new": page(new_page, "New task"),
            "/tasks/{task_id}": page(task_page, "Task"),
            "/tasks/{task_id}/edit": page(edit_page, "Edit task"),
            "/incidents": page(incidents_page, "Incidents"),
            "/runs": page(runs_page, "Runs"),
            "/runs/{run_id}": page(run_page, "Run"),
            "/calendars": page(calendars_page, "Calendars"),
            # Not below /calendars/, where every name may be a calendar's.
            "/new-calendar": page(new_calendar_page, "New calendar"),
            "/calendars/{name}": page(calendar_page, "Calendar"),
            "/calendars/{name}/edit": page(edit_calendar_page, "Edit calendar"),
            "/forecast": page(forecast_page, "Forecast"),
            "/freezes": page(freezes_page, "Freezes"),
            "/settings": page(settings_page, "Settings"),
        }
    )


class _Pages(SubPages):
    def _render_404(self) -> None:
        ui.page_title("Not found · On the Dot")
        with empty(
            "search", "There is no such page", "The address may be old or mistyped.", page=True
        ):
            button("Tasks", lambda: ui.navigate.to("/tasks"), "primary")

    def _render_error(self, _: Exception) -> None:
        with empty(
            "triangle-alert",
            "This page could not be shown",
            "The server's log says why.",
            page=True,
        ):
            button("Try again", self.refresh_page)

    def _required_query_params_changed(self, route_match: RouteMatch) -> bool:
        # Filters change the address behind NiceGUI's back, so what it remembers may be old.
        return True

    def refresh_page(self) -> None:
        """Build the page again."""
        self.refresh()
