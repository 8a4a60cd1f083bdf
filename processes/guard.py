"""Runs one command, and ends it when standard input closes: `guard.py GRACE COMMAND…`.

The parent holds the other end of standard input. If the parent ends in any way, including
`kill -9`, that closes, so the command never outlives its parent by more than GRACE seconds. The
parent also closes it to stop the command.

1. Start the command; where the kernel can (Linux), it dies with this process.
2. Wait until the command ends or standard input closes.
3. If standard input closed: SIGTERM, and SIGKILL after GRACE seconds.
4. Exit as the command did (128 + signal where a signal ended it).

Runs by file name with `python -I -S`, so it uses little of the standard library and nothing else.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1

#: The variable with the number of the open file that contains secret variables; it is passed on to
#: the command (processes/sealed_environment.py).
SEALED = "SEALED_ENVIRONMENT"


def main(arguments: list[str]) -> int:
    grace, command = float(arguments[0]), arguments[1:]
    # Only the parent stops the command, by closing the pipe; a stray Ctrl-C must not.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    stop_asked = False

    def ask_stop(*_: object) -> None:
        nonlocal stop_asked
        stop_asked = True

    signal.signal(signal.SIGTERM, ask_stop)
    this = os.getpid()
    sealed = [int(os.environ[SEALED])] if SEALED in os.environ else []
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        preexec_fn=lambda: _prepare_child(this),
        pass_fds=sealed,
    )
    for file in sealed:
        os.close(file)
    while child.poll() is None and not stop_asked:
        ready, _, _ = select.select([sys.stdin, ended], [], [])
        if ended in ready:
            os.read(ended, 4096)
        if sys.stdin in ready and not os.read(sys.stdin.fileno(), 4096):
            stop_asked = True
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(grace)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _prepare_child(guard: int) -> None:
    """Runs in the child before its program. The guard has a single thread, so this is safe."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != guard:
        os._exit(128 + signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
