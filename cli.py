"""The command line. This file has the commands that start processes; `commands/` has the others.

Exit codes: 0 done, or stopped by a signal; 1 failed; 2 not started, because of wrong usage or
settings. `diff` has its own. Each command imports only what it runs.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from onthedot.commands.credentials import key_command, token_command
from onthedot.commands.root import root
from onthedot.commands.terminal.failures import exit_code
from onthedot.version import version

if TYPE_CHECKING:
    from onthedot.settings import Settings
_OPTIONS: dict[str, str] = {
    "host": "address of REST and the page (default 127.0.0.1)",
    "port": "port of REST and the page (default 8080)",
    "temporal_port": "port of Temporal (default 7233)",
    "temporal_ui_port": "port of Temporal's Web UI (default 8233)",
    "metrics_port": "port of the worker's /healthz and /metrics (default 9464)",
    "data_dir": "where Temporal keeps its data (default ./onthedot-data)",
    "tls_cert": "TLS certificate of REST and the page (PEM)",
    "tls_key": "the certificate's private key (PEM)",
    "log_level": "debug, info, warning or error (default info)",
}
_COMMANDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "dev": (
        "Start everything on this machine: Temporal, a worker and the server.",
        tuple(_OPTIONS),
    ),
    "server": ("Start REST and the page.", ("host", "port", "tls_cert", "tls_key", "log_level")),
    "worker": ("Start a worker, which runs the tasks.", ("metrics_port", "log_level")),
    "setup-namespace": ("Prepare a Temporal namespace, once for each deployment.", ("log_level",)),
}


def main() -> NoReturn:
    """The console script. Leaves by os._exit: the SDK can crash when an interpreter ends."""
    if sys.argv[1:2] and sys.argv[1] in _COMMANDS:
        from onthedot.processes.sealed_environment import start_clean

        start_clean()
    try:
        code = run(sys.argv[1:])
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 2
    except BaseException as error:
        if sys.argv[1:2] and sys.argv[1] in _COMMANDS:
            logging.getLogger("onthedot").exception("ended with an error")
        else:
            print(f"onthedot: internal error: {type(error).__name__}: {error}", file=sys.stderr)
        code = 1
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 1
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Runs one command; returns its exit code."""
    return exit_code(command(), arguments)


def command() -> click.Group:
    """The command `onthedot` with all its subcommands."""
    processes = {name: partial(_process_command, name) for name in _COMMANDS}
    others = {"token": token_command, "key": key_command, "version": _version_command}
    summaries = {name: summary for name, (summary, _) in _COMMANDS.items()}
    summaries |= {
        "token": "Make a token for a caller of REST.",
        "key": "Make an encryption key for the data in Temporal.",
        "version": "Print the version.",
    }
    return root({"Commands that start something": processes, "Others": others}, summaries)


def _process_command(name: str) -> click.Command:
    summary, options = _COMMANDS[name]
    return click.Command(
        name,
        params=[
            click.Option([f"--{option.replace('_', '-')}"], help=_OPTIONS[option])
            for option in options
        ],
        callback=partial(_start, name),
        help=summary,
    )


def _start(command: str, **options: Any) -> int:
    from onthedot.processes import StartError
    from onthedot.settings import SettingsError, load

    try:
        _read_dotenv(secrets_too=command in ("dev", "worker"))
        settings = load(options)
        _start_logging(settings)
        return _run_process(command, settings, options)
    except (SettingsError, StartError) as error:
        print(f"onthedot: {error}", file=sys.stderr)
        return 2


def _run_process(command: str, settings: Settings, options: dict[str, Any]) -> int:
    import asyncio

    from onthedot.processes import event_loop
    from onthedot.processes.loading import loading

    if command == "dev":
        from onthedot import dev

        return asyncio.run(dev.run(settings, options))
    if command == "server":
        with loading():
            from onthedot import server
        server.run(settings)
    elif command == "worker":
        with loading():
            from onthedot import worker
        event_loop.run(worker.run(settings))
    else:
        with loading():
            from onthedot.service.temporal.namespace_setup import set_up_namespace
        asyncio.run(set_up_namespace(settings))
    return 0


def _version_command() -> click.Command:
    return click.Command(
        "version", callback=lambda: click.echo(version()), help="Print the version."
    )


def _read_dotenv(*, secrets_too: bool) -> None:
    """Loads `.env` into the environment, including tasks' secrets and Temporal's own settings."""
    from dotenv import dotenv_values

    from onthedot.settings import SECRET_PREFIX, SettingsError

    try:
        found = dotenv_values(Path(".env"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"Cannot read .env ({error}). Fix or remove it.") from None
    for name, value in found.items():
        if value is not None and (secrets_too or not name.startswith(SECRET_PREFIX)):
            os.environ.setdefault(name, value)


def _start_logging(settings: Settings) -> None:
    from onthedot.settings import unknown_variables

    logging.Formatter.converter = time.gmtime
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S",
        stream=sys.stdout,
    )
    # Events are lines of JSON, for log collectors: runs, gaps, notifications.
    lines = logging.StreamHandler(sys.stdout)
    lines.setFormatter(logging.Formatter("%(message)s"))
    for name in ("onthedot.runs", "onthedot.gaps", "onthedot.notifications", "onthedot.audit"):
        told = logging.getLogger(name)
        told.addHandler(lines)
        told.propagate = False
    # The audit log is written whatever the log level.
    logging.getLogger("onthedot.audit").setLevel(logging.INFO)
    # It logs the addresses of websockets, which contain clients' secrets.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    # It logs each request to /mcp twice; the access log has them.
    logging.getLogger("mcp").setLevel(logging.WARNING)
    for name in unknown_variables(os.environ):
        logging.getLogger("onthedot").warning("%s is not a setting; is it misspelt?", name)


if __name__ == "__main__":
    main()
