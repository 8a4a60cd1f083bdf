"""On the Dot: scheduled tasks over REST and a page, kept and run by Temporal.

Everything is imported from here: `onthedot.plugin`, `onthedot.scheduling`. In the repository, each
part is a link to the folder or file of the same name; the wheel contains the files. To read the
code, begin with docs/architecture.md.

For activities and workflows that tasks run, `onthedot.current_run()` returns the run.
"""

from typing import TYPE_CHECKING, Any

from onthedot.run_context.current import CurrentRun, current_run

if TYPE_CHECKING:
    from onthedot.run_context.interceptor import RunInterceptor

__all__ = ["CurrentRun", "RunInterceptor", "current_run"]


def __getattr__(name: str) -> Any:
    # It needs Temporal's SDK, which takes half a second to import.
    if name != "RunInterceptor":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from onthedot.run_context.interceptor import RunInterceptor

    return RunInterceptor
