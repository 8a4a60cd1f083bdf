"""The roles, and the role that each call needs.

REST and the page look up their calls here by name. Any call that is not in the table needs the
highest role.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What someone may do. Each role has all rights of those before it."""

    #: Reads the calendar feed and nothing else: addresses contain its token.
    FEED = "feed"
    #: Reads everything but secrets and settings.
    VIEWER = "viewer"
    #: Runs, retries, cancels, pauses, resumes and backfills what is registered.
    OPERATOR = "operator"
    #: Registers, replaces and deletes tasks, and tests any action.
    EDITOR = "editor"
    #: Changes what affects everyone.
    ADMIN = "admin"

    @property
    def meaning(self) -> str:
        """What this role may do, in words."""
        return _MEANINGS[self]

    def covers(self, needed: Role) -> bool:
        """Whether this role has the rights of `needed`."""
        order = tuple(Role)
        return order.index(self) >= order.index(needed)


_MEANINGS = {
    Role.FEED: "Reads the calendar feed and nothing else.",
    Role.VIEWER: "Reads everything but secrets and settings.",
    Role.OPERATOR: "Also runs, retries, cancels, pauses, resumes and backfills what is registered.",
    Role.EDITOR: "Also registers, replaces and deletes tasks, and tests any action.",
    Role.ADMIN: "Also changes what affects everyone.",
}

#: Roles for people who sign in.
OF_PEOPLE = tuple(role for role in Role if role is not Role.FEED)

#: The role that each call needs, by its name in the OpenAPI document.
ROLES: Mapping[str, Role] = {
    "tasks_calendar": Role.FEED,
    "me": Role.VIEWER,
    "list_tasks": Role.VIEWER,
    "get_task": Role.VIEWER,
    "list_tags": Role.VIEWER,
    "preview_trigger": Role.VIEWER,
    "preview_edit": Role.VIEWER,
    "list_calendars": Role.VIEWER,
    "get_calendar": Role.VIEWER,
    "calendar_days": Role.VIEWER,
    "forecast": Role.VIEWER,
    "list_freezes": Role.VIEWER,
    "get_freeze": Role.VIEWER,
    "put_freeze": Role.ADMIN,
    "delete_freeze": Role.ADMIN,
    "get_ledger": Role.VIEWER,
    "get_why": Role.VIEWER,
    "list_revisions": Role.VIEWER,
    "get_revision": Role.VIEWER,
    "list_incidents": Role.VIEWER,
    "list_runs": Role.VIEWER,
    "list_task_runs": Role.VIEWER,
    "get_run": Role.VIEWER,
    "get_output": Role.VIEWER,
    "list_workers": Role.VIEWER,
    "list_backfills": Role.VIEWER,
    "get_backfill": Role.VIEWER,
    "metrics": Role.VIEWER,
    "decode_payloads": Role.VIEWER,
    "task_schema": Role.VIEWER,
    "page": Role.VIEWER,
    "run_task": Role.OPERATOR,
    "run_tasks": Role.OPERATOR,
    "pause_task": Role.OPERATOR,
    "pause_tasks": Role.OPERATOR,
    "resume_task": Role.OPERATOR,
    "resume_tasks": Role.OPERATOR,
    "cancel_run": Role.OPERATOR,
    "cancel_runs": Role.OPERATOR,
    "retry_run": Role.OPERATOR,
    "retry_runs": Role.OPERATOR,
    "start_backfill": Role.OPERATOR,
    "cancel_backfill": Role.OPERATOR,
    "read_settings": Role.OPERATOR,
    "create_task": Role.EDITOR,
    "create_tasks": Role.EDITOR,
    "replace_task": Role.EDITOR,
    "delete_task": Role.EDITOR,
    "delete_tasks": Role.EDITOR,
    "restore_revision": Role.EDITOR,
    "restore_task": Role.EDITOR,
    "restore_tasks": Role.EDITOR,
    "try_action": Role.EDITOR,
    "run_task_with_changes": Role.EDITOR,
    "put_calendar": Role.ADMIN,
    "delete_calendar": Role.ADMIN,
}

#: Calls without authentication.
OPEN = frozenset({"alive", "ready", "home", "page_root"})


def needed(call: str) -> Role:
    """The role that a call needs, if it is not one of `OPEN`."""
    return ROLES.get(call, Role.ADMIN)
