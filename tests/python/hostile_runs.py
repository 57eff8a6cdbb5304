"""Running the command on a hostile file, in a process of its own that is watched."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

#: Seconds of work, the interpreter's start included. A slow machine is no bomb: it is the
#: process's own time that counts, and the wall clock only ends what sleeps.
MAX_SECONDS = 2.0
MAX_WALL = 20.0
MAX_MIB = 200
#: What the process may not take, so that a bomb that goes off does not take the machine along.
ADDRESS_SPACE = 2 << 30

#: Runs the command with an audit hook: nothing may be started, written, or run of the user's,
#: and in the folder `home` nothing may be opened but what lies in `model`.
WATCHED = """
import os, sys
sys.dont_write_bytecode = True
home, model, *args = sys.argv[1:]
from cnncalc.cli.main import main

BANNED = (
    "os.", "subprocess.", "socket.", "ctypes.", "shutil.", "sqlite3.", "pickle.", "tempfile.",
    "import_module", "code.__new__", "function.__new__", "marshal.", "pty.", "webbrowser.",
)
ALLOWED = ("os.listdir", "os.scandir", "os.walk", "marshal.loads", "marshal.load")


def stop(what):
    os.write(2, f"WATCH: {what}\\n".encode())
    os._exit(99)


def watch(event, args):
    if event.startswith(BANNED) and event not in ALLOWED:
        stop(event)
    elif event == "exec" and getattr(args[0], "co_filename", "").startswith((home, "<text>")):
        stop(f"exec of {args[0].co_filename}")
    elif event == "import" and os.path.exists(os.path.join(model, *args[0].split(".")) + ".py"):
        stop(f"import of {args[0]}")
    elif event == "open" and isinstance(args[0], str):
        path, mode = os.path.realpath(args[0]), str(args[1])
        if set(mode) & set("wax+") or (args[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            stop(f"{args[0]} opened to be written")
        if path.startswith(home + os.sep) and not path.startswith(model + os.sep):
            stop(f"{args[0]} opened, outside of the model's folder")


sys.addaudithook(watch)
main(args)
"""


class Run(NamedTuple):
    """How the command ended."""

    code: int
    out: str
    err: str
    seconds: float
    mib: float

    @property
    def lines(self) -> list[str]:
        """What it said on stderr."""
        return self.err.splitlines()


def summary(home: Path, file: Path, target: str = ":Net", size: str = "3x8x8") -> Run:
    """`cnncalc summary FILE:Net --input 3x8x8 --format json`, watched and limited.

    `home` is the test's folder; the model may read what lies in the folder of `file`.
    """
    home = home.resolve()
    folder = home / file.parent.relative_to(home) if file.is_relative_to(home) else file.parent
    arguments = ["summary", f"{file}{target}", "--input", size, "--format", "json"]
    out, err = home / "stdout.txt", home / "stderr.txt"
    with out.open("w") as stdout, err.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", WATCHED, str(home), str(folder), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            preexec_fn=_limit,
        )
        status, used = _wait(process)
    return Run(
        os.waitstatus_to_exitcode(status),
        out.read_text(encoding="utf-8", errors="replace"),
        err.read_text(encoding="utf-8", errors="replace"),
        used.ru_utime + used.ru_stime,
        used.ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20),
    )


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (int(MAX_WALL), int(MAX_WALL)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _wait(process: subprocess.Popen[bytes]) -> tuple[int, resource.struct_rusage]:
    """The status and what was used; a process that takes too long is ended."""
    ends = time.monotonic() + MAX_WALL
    killed = False
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return status, used
        if time.monotonic() > ends and not killed:
            process.kill()
            killed = True
        time.sleep(0.01)
