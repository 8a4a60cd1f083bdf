"""The form's definition, assembled from its parts and validated by the models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from onthedot.scheduling.errors import FieldProblem
from onthedot.scheduling.task import NewTask, TaskDefinition
from onthedot.ui.forms.actions.action import ActionPart
from onthedot.ui.forms.fields import FieldError, problems_of
from onthedot.ui.forms.labels import LabelPart
from onthedot.ui.forms.policy import PolicyPart
from onthedot.ui.forms.triggers.trigger import TriggerPart


@dataclass
class Draft:
    """The parts of one form; with `task_id` it replaces that task's definition."""

    action: ActionPart
    trigger: TriggerPart
    labels: LabelPart
    policy: PolicyPart
    task_id: str = ""

    @property
    def key(self) -> str:
        """The id on which `H` depends in an expression."""
        return self.labels.task_id or "new"

    def value(self) -> dict[str, Any]:
        """In REST's form. Raises FieldError."""
        given = {
            **self.labels.value(),
            "trigger": self.trigger.value(),
            "action": self.action.value(),
            **self.policy.value(),
        }
        return {**given, "paused": True} if self.labels.paused else given

    def judged(self) -> tuple[NewTask | TaskDefinition | None, list[FieldProblem]]:
        """The definition, or the problems to fix first."""
        try:
            model = TaskDefinition if self.task_id else NewTask
            return model.model_validate(self.value()), []
        except FieldError as error:
            return None, [error.problem]
        except ValidationError as error:
            return None, problems_of(error)

    def judged_action(self) -> tuple[TaskDefinition | None, list[FieldProblem]]:
        """The same for the action alone, with the timeout if it is valid."""
        whole, _ = self.judged()
        stand_in = {"trigger": {"kind": "interval", "every": 60}}
        try:
            alone = TaskDefinition.model_validate({**stand_in, "action": self.action.value()})
        except FieldError as error:
            return None, [error.problem]
        except ValidationError as error:
            return None, problems_of(error)
        return whole or alone, []
