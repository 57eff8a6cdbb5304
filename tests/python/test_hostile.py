"""Reading a file never runs it, and ends soon, in little memory, with one clear line.

The files are in `hostile/` and `hostile_cases.py`; how they are run is in `hostile_runs.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="limits of processes are for Unix")

from hostile_cases import MADE, MODEL, NET, PARAMS, SOUND, Case, cases
from hostile_runs import MAX_MIB, MAX_SECONDS, Run, summary

WRITES = cases("writes.py", readable=True)
BOMBS = cases("bombs.py", readable=False)


def refused(run: Run, named: str) -> None:
    """Exit code 2 and one line that names the file, with a line of help at most."""
    assert run.code == 2, run
    assert run.out == ""
    first, *more = run.lines
    assert first.startswith("cnncalc: error: ")
    assert named in first
    assert "internal error" not in first
    assert len(first) < 400
    assert len(more) <= 1
    assert all(line.startswith("  help: ") and len(line) < 400 for line in more)


def quick(run: Run) -> None:
    """Within the seconds and the memory that reading may take."""
    assert run.seconds <= MAX_SECONDS, run
    assert run.mib <= MAX_MIB, run


def read_with(run: Run, params: int) -> None:
    """Read after all, as it would run."""
    assert run.code == 0, run
    assert run.err == ""
    assert json.loads(run.out)["totals"]["params"] == params


def refused_or_read(run: Run, named: str, params: int | None) -> None:
    """Either is honest, where the file can be understood without harm."""
    quick(run)
    if run.code == 0 and params is not None:
        read_with(run, params)
    else:
        refused(run, named)


def marked(case: Case, mark: Path) -> str:
    return case.source.replace("__MARK__", str(mark))


@pytest.mark.parametrize("case", WRITES, ids=lambda case: case.name)
def test_nothing_is_written(case: Case, tmp_path: Path) -> None:
    folder, mark = tmp_path / "nets", tmp_path / "mark"
    folder.mkdir()
    file = folder / "model.py"
    file.write_text(marked(case, mark), encoding="utf-8")
    run = summary(tmp_path, file)
    assert not mark.exists()
    assert os.listdir(folder) == ["model.py"]
    refused_or_read(run, "model.py", case.params)


#: Runs each case in a process forked from one that has imported torch, as a user would run it.
RUNNER = """
import gc, os, sys, atexit
import torch
torch.set_num_threads(1)  # threads do not outlive a fork, and a child would wait for them
torch.nn.Conv2d(3, 4, 3)(torch.zeros(1, 3, 8, 8))
gc.freeze()
for file in sys.argv[1:]:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        continue
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    module = type(sys)("__main__")
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    exec(compile(open(file).read(), file, "exec"), module.__dict__)
    net = module.Net().eval()
    net(torch.zeros(1, 3, 8, 8))
    params = sum(each.numel() for each in torch.nn.Module.parameters(net))
    atexit._run_exitfuncs()
    gc.collect()
    with open(file + ".params", "w") as done:
        done.write(str(params))
    os._exit(0)
"""


@pytest.mark.torch
def test_each_would_write_if_it_ran(tmp_path: Path) -> None:
    """Otherwise the tests above could not fail; and what may be read is what would be built."""
    files = []
    for number, case in enumerate(WRITES):
        file = tmp_path / f"case{number}.py"
        file.write_text(marked(case, file.with_suffix(".mark")), encoding="utf-8")
        files.append(file)
    command = [sys.executable, "-c", RUNNER, *map(str, files)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, check=False, capture_output=True, env=environment, timeout=300)
    by_file = dict(zip(files, WRITES, strict=True))
    silent = [case.name for file, case in by_file.items() if not file.with_suffix(".mark").exists()]
    assert silent == [], done.stderr.decode()
    built = {case.name: file.with_suffix(".py.params") for file, case in by_file.items()}
    assert [name for name, file in built.items() if not file.exists()] == [], done.stderr.decode()
    assert {name: int(file.read_text()) for name, file in built.items()} == {
        case.name: case.params for case in WRITES
    }


@pytest.mark.parametrize("case", BOMBS, ids=lambda case: case.name)
def test_bombs_do_not_go_off(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(case.source, encoding="utf-8")
    refused_or_read(summary(tmp_path, file), "model.py", case.params)


#: Deep or long, but a sound model of 112 parameters to whoever can read it.
READABLE = {
    "a sum of 100,000 terms",
    "nested conditionals",
    "nested functions",
    "nested loops",
    "100,000 unary minuses",
    "10,000 calls in calls",
    "many elifs",
    "nested ifs",
    "nested classes",
    "functions too deep for Python",
}


@pytest.mark.parametrize("name", MADE)
def test_odd_files_end_in_one_line(name: str, tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_bytes(MADE[name]())
    refused_or_read(summary(tmp_path, file), "model.py", PARAMS if name in READABLE else None)


@pytest.mark.parametrize("name", SOUND)
def test_odd_files_that_are_sound(name: str, tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_bytes(SOUND[name]())
    run = summary(tmp_path, file)
    quick(run)
    read_with(run, PARAMS)


def test_two_models_and_no_word_which(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(MODEL + MODEL.replace("class Net", "class Other"))
    run = summary(tmp_path, file, target="")
    refused(run, "model.py")
    assert "Net" in run.err
    assert "Other" in run.err


def test_no_such_model(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(MODEL)
    run = summary(tmp_path, file, target=":Nett")
    refused(run, "model.py")
    assert "Net?" in run.err


@pytest.mark.parametrize("target", ["", ":Net"])
def test_no_such_file(target: str, tmp_path: Path) -> None:
    refused(summary(tmp_path, tmp_path / "model.py", target=target), "model.py")


def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    refused(summary(tmp_path, tmp_path / "folder.py"), "folder.py")
    os.mkfifo(tmp_path / "pipe.py")
    run = summary(tmp_path, tmp_path / "pipe.py")
    quick(run)
    refused(run, "pipe.py")


def test_a_device_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    run = summary(tmp_path, tmp_path / "zero.py")
    quick(run)
    refused(run, "zero.py")


#: A model whose width another file gives.
IMPORTING = "{line}\n" + NET.format(width="WIDTH")
MARKING = "open({mark!r}, 'w').close()\nWIDTH = 4\n"


def laid_out(tmp_path: Path, files: dict[str, str]) -> Path:
    """Write files below `nets/`, and give the model's."""
    for name, text in files.items():
        path = tmp_path / "nets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "nets" / "model.py"


def test_siblings_are_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    file = laid_out(
        tmp_path,
        {
            "model.py": IMPORTING.format(line="from sibling import WIDTH"),
            "sibling.py": MARKING.format(mark=str(mark)),
            "torch.py": MARKING.format(mark=str(mark)),
            "ast.py": MARKING.format(mark=str(mark)),
            "sitecustomize.py": MARKING.format(mark=str(mark)),
        },
    )
    run = summary(tmp_path, file)
    assert not mark.exists()
    refused_or_read(run, ".py", PARAMS)


CYCLES = {
    "a file that imports itself": {"model.py": "from model import WIDTH"},
    "a file that imports itself by a star": {"model.py": "from model import *"},
    "names that go in a circle": {
        "model.py": "from other import WIDTH",
        "other.py": "from third import WIDTH",
        "third.py": "from other import WIDTH",
    },
    "a name that the importing file makes later": {
        "model.py": "from other import WIDTH",
        "other.py": "from model import Net\nWIDTH = 4",
    },
    "a chain without an end": {
        "model.py": "from a0 import WIDTH",
        **{f"a{n}.py": f"from a{n + 1} import WIDTH" for n in range(3000)},
    },
}


@pytest.mark.parametrize("name", CYCLES)
def test_imports_that_cannot_end(name: str, tmp_path: Path) -> None:
    files = dict(CYCLES[name])
    files["model.py"] = IMPORTING.format(line=files["model.py"])
    run = summary(tmp_path, laid_out(tmp_path, files))
    quick(run)
    refused(run, ".py")


def test_cycles_that_end(tmp_path: Path) -> None:
    """As in Python: a module that is being read may be named, and used later."""
    files = {
        "model.py": IMPORTING.format(line="import other\nHALF = 2\nWIDTH = other.width()"),
        "other.py": "import model\n\ndef width():\n    return 2 * model.HALF\n",
    }
    read_with(summary(tmp_path, laid_out(tmp_path, files)), PARAMS)


OUTSIDE = {
    "above the package": "from ..... import x as WIDTH",
    "above the package by name": "from ...secret import WIDTH",
    "above a file that is in no package": "from ..secret import WIDTH",
    "a path in the name": "import importlib\nWIDTH = importlib.import_module('../secret').WIDTH",
    "sys.path": "import sys\nsys.path.append('..')\nfrom secret import WIDTH",
    "open": "with open('../secret.py') as file:\n    WIDTH = len(file.read())",
    "exec of a file": "exec(open(__file__ + '/../../secret.py').read())",
    "loaded weights": "import torch\nWIDTH = len(torch.load('../secret.pth'))",
    "a text of numbers": "import numpy as np\nWIDTH = len(np.loadtxt('../secret.txt'))",
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_lies_outside_is_not_opened(name: str, tmp_path: Path) -> None:
    file = laid_out(tmp_path, {"model.py": IMPORTING.format(line=OUTSIDE[name])})
    for secret in ("secret.py", "secret.pth", "secret.txt", "__init__.py", "x.py"):
        (tmp_path / secret).write_text("WIDTH = 4\n")
    refused(summary(tmp_path, file), ".py")


@pytest.mark.parametrize("kind", ["a file", "a package", "a module of a package", "a chain"])
def test_links_out_of_the_folder_are_refused(kind: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "__init__.py").write_text("WIDTH = 4\n")
    line = "from sibling.deep import WIDTH" if "module" in kind else "from sibling import WIDTH"
    file = laid_out(tmp_path, {"model.py": IMPORTING.format(line=line)})
    folder = file.parent
    if kind == "a file":
        (folder / "sibling.py").symlink_to(secret / "__init__.py")
    elif kind == "a package":
        (folder / "sibling").symlink_to(secret)
    elif kind == "a module of a package":
        (folder / "sibling").mkdir()
        (folder / "sibling" / "__init__.py").write_text("")
        (folder / "sibling" / "deep.py").symlink_to("../../secret/__init__.py")
    else:
        (folder / "step.py").symlink_to(secret / "__init__.py")
        (folder / "sibling.py").symlink_to(folder / "step.py")
    run = summary(tmp_path, file)
    refused(run, "sibling")


def test_links_within_the_folder_are_followed(tmp_path: Path) -> None:
    file = laid_out(
        tmp_path,
        {
            "model.py": IMPORTING.format(line="from sibling import WIDTH"),
            "real.py": "WIDTH = 4\n",
        },
    )
    (file.parent / "sibling.py").symlink_to("real.py")
    read_with(summary(tmp_path, file), PARAMS)


def test_the_model_itself_may_be_a_link(tmp_path: Path) -> None:
    """Who names a file means that file, wherever it lies; its siblings are those beside it."""
    file = laid_out(tmp_path, {"model.py": MODEL})
    link = file.parent / "link.py"
    link.symlink_to(file)
    read_with(summary(tmp_path, link), PARAMS)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os; os.system('true')", "os.system"),
        ("exec(compile('1', '<text>', 'exec'))", "exec of <text>"),
        ("open(args[1] + '/../outside', 'r')", "outside of the model's folder"),
        ("open(home + '/written', 'w')", "opened to be written"),
        ("__import__('sibling')", "import of sibling"),
    ],
)
def test_the_watch_sees_what_it_forbids(code: str, said: str, tmp_path: Path) -> None:
    from hostile_runs import WATCHED

    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "sibling.py").write_text("")
    watched = WATCHED.replace("main(args)", code)
    arguments = ["summary", str(tmp_path / "nets")]
    done = subprocess.run(
        [sys.executable, "-c", watched, str(tmp_path), str(tmp_path / "nets"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 99
    assert said in done.stderr
