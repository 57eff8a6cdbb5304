"""Running the command on a hostile file, in a process of its own that is watched."""

from __future__ import annotations

import json
import subprocess
import sys
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


#: Starts a command, limits and times it. It stands between because a process is charged with
#: the memory of the one that started it, and pytest may hold all of torch.
LAUNCHER = """
import json, os, resource, subprocess, sys, time
seconds, space, out, err, *command = sys.argv[1:]


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (int(space), int(space)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


with open(out, "w") as stdout, open(err, "w") as stderr:
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, preexec_fn=limit
    )
ends = time.monotonic() + float(seconds)
pid = 0
while not pid:
    pid, status, used = os.wait4(process.pid, os.WNOHANG)
    if not pid and time.monotonic() > ends:
        os.kill(process.pid, 9)
    time.sleep(0.005)
kib = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
code = os.waitstatus_to_exitcode(status)
print(json.dumps([code, used.ru_utime + used.ru_stime, kib / 1024]))
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
    arguments = ["summary", f"{file}{target}", "--input", size, "--format", "json"]
    command = [sys.executable, "-c", WATCHED, str(home), str(home / file.parent), *arguments]
    out, err = home / "stdout.txt", home / "stderr.txt"
    limits = [str(MAX_WALL), str(ADDRESS_SPACE), str(out), str(err)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LAUNCHER, *limits, *command],
        check=True,
        capture_output=True,
        text=True,
    )
    code, seconds, mib = json.loads(done.stdout)
    said = [each.read_text(encoding="utf-8", errors="replace") for each in (out, err)]
    return Run(code, *said, seconds, mib)
