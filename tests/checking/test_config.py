"""`[[tool.cnncalc.model]]`: what is read, and one clear line for every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnncalc.checking import config
from cnncalc.errors import CnncalcError, Location

GOOD = """
[project]
name = "faces"

[tool.cnncalc]
ignore = ["border-unseen"]
strict = true

[[tool.cnncalc.model]]
target = "models/face.py:FaceCNN"
input = "1x112x92"
args = { num_classes = 40, widths = [32, 64], name = "it's", deep = true, scale = 0.5 }
max-params = "12M"
max-macs = 1_000_000_000
max-memory = "64 MiB"
min-field = [10, 12]

[[tool.cnncalc.model]]  # the second one
target = "torchvision/resnet18"
input = ["3x224x224"]
args = { num_classes = 10 }
layout = "chw"
batch = 8
ignore = ["groups"]
advise = true
train = true
"""


def written(folder: Path, text: str) -> str:
    file = folder / "pyproject.toml"
    file.write_text(text, "utf-8")
    return str(file)


def problems(folder: Path, text: str) -> list[str]:
    """What is wrong with a file, each with its place but not its folder."""
    file = written(folder, text)
    try:
        found = config.read(file).problems
    except CnncalcError as error:
        found = (error,)
    return [str(error).replace(str(folder), "").lstrip("/") for error in found]


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    read = config.read(written(tmp_path, GOOD))
    assert read.problems == ()
    assert read.strict
    first, second = read.entries
    assert first.model == (
        f'{tmp_path}/models/face.py:FaceCNN(num_classes=40, widths=[32, 64], name="it\'s", '
        "deep=True, scale=0.5)"
    )
    assert first.inputs == ("1x112x92",)
    assert first.options == {}
    assert first.ignore == ("border-unseen",)
    assert first.location == Location(read.file, 9)
    params, macs, memory, field = first.limits
    assert (params.key, params.text, params.value) == ("max-params", "12M", 12_000_000)
    assert params.location == Location(read.file, 13)
    assert (macs.value, memory.value) == (10**9, 64 * 2**20)
    assert field.sizes == (10, 12)
    assert second.model == "torchvision/resnet18"
    assert second.options == {"num_classes": 10}
    assert (second.layout, second.batch, second.advise, second.train) == ("chw", 8, True, True)
    assert second.ignore == ("border-unseen", "groups")
    assert second.location == Location(read.file, 18)


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ('"3x32x32"', ("3x32x32",)),
        ("[3, 32, 32]", ("3x32x32",)),
        ('["left=3x8x8", [3, 8, 8]]', ("left=3x8x8", "3x8x8")),
    ],
)
def test_sizes_are_texts_or_numbers(tmp_path: Path, text: str, sizes: tuple[str, ...]) -> None:
    model = f'[[tool.cnncalc.model]]\ntarget = "vgg11"\ninput = {text}\n'
    assert config.read(written(tmp_path, model)).entries[0].inputs == sizes


MISTAKES = [
    ("input = 3", 'input: expected a size such as "3x32x32", received 3'),
    ("input = []", "input: expected a size, received an empty list"),
    ('input = "3x0x4"', "input: input '3x0x4': sizes start at 1, received 0"),
    ("input = [[3, 4.5]]", 'input: expected a size such as "3x32x32", received [3, 4.5]'),
    ("layout = 3", 'layout: expected "chw" or "hwc", received 3'),
    ('layout = "nchw"', 'layout: expected "chw" or "hwc", received \'nchw\''),
    ("batch = true", "batch: expected a whole number from 1 on, received True"),
    ("batch = 0", "batch: expected a whole number from 1 on, received 0"),
    ("advise = 1", "advise: expected true or false, received 1"),
    ('ignore = "groups"', 'ignore: expected a list such as ["border-unseen"], received \'groups\''),
    (
        'ignore = ["group"]',
        "ignore: unknown code 'group'\n  help: did you mean groups?",
    ),
    ("args = 3", "args: expected a table such as { width = 8 }, received 3"),
    (
        "args = { day = 2026-11-21 }",
        "args: day: expected numbers, texts, true, false, and arrays and tables of them, "
        "received a date",
    ),
    ('args = { "a-b" = 1 }', "args: 'a-b' is no name of an argument"),
    ("args = { x = inf }", "args: x: expected numbers, texts, true, false, and arrays and tables "
     "of them, received a float"),
    ('max-params = "12Q"', "max-params: '12Q': unknown unit 'Q'\n"
     "  help: units are k, M, G or B, T"),
    ("max-params = true", 'max-params: expected a number such as 12_000_000 or "12M", '
     "received True"),
    ("max-macs = -1", "max-macs: '-1' is no number\n  help: write it as 12M or 12_000_000"),
    ("max-macs = nan", 'max-macs: expected a number such as 4_100_000_000 or "4.1G", '
     "received nan"),
    ('max-memory = "64M"', "max-memory: '64M': 'M' is no unit of bytes\n"
     "  help: MB for powers of 1000, MiB for powers of 1024"),
    ('min-field = "big"', 'min-field: expected a number such as 32, or sizes such as "32x48", '
     "received 'big'"),
    ("min-field = 0", 'min-field: expected a number such as 32, or sizes such as "32x48", '
     "received 0"),
    ("max_params = 3", "unknown key 'max_params'\n  help: did you mean max-params?"),
    ("zzz = 3", "unknown key 'zzz'\n  help: the keys are target, input, args, layout, batch, "
     "ignore, advise, train, max-params, max-macs, max-memory, min-field"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "message"), MISTAKES, ids=[line for line, _ in MISTAKES])
def test_a_mistake_has_its_line_and_the_model_beside_it_is_read(
    tmp_path: Path, line: str, message: str
) -> None:
    text = (
        '[[tool.cnncalc.model]]\ntarget = "vgg11"\n\n'
        f'[[tool.cnncalc.model]]\ntarget = "net.py:Net"\n{line}\n'
    )
    wanted = f"pyproject.toml:6: model 2 (net.py:Net): {message}"
    assert problems(tmp_path, text) == [wanted]
    assert [entry.model for entry in config.read(f"{tmp_path}/pyproject.toml").entries] == ["vgg11"]


def test_every_mistake_of_a_file_is_said(tmp_path: Path) -> None:
    text = """
[tool.cnncalc]
ignor = []
ignore = ["softmax-twic"]
strict = "yes"
[[tool.cnncalc.model]]
input = 3
batch = "two"
[[tool.cnncalc.model]]
target = "net.py"
args = { width = 8 }
[[tool.cnncalc.model]]
target = "net.py:Net(width=4)"
args = { width = 8 }
"""
    found = problems(tmp_path, text)
    assert [line.split(" received")[0].split("\n")[0] for line in found] == [
        "pyproject.toml: [tool.cnncalc]: unknown key 'ignor'",
        "pyproject.toml: [tool.cnncalc] ignore: unknown code 'softmax-twic'",
        "pyproject.toml: [tool.cnncalc] strict: expected true or false,",
        'pyproject.toml:6: model 1: target: expected a text such as "model.py:Net",',
        'pyproject.toml:7: model 1: input: expected a size such as "3x32x32",',
        "pyproject.toml:8: model 1: batch: expected a whole number from 1 on,",
        "pyproject.toml:11: model 2 (net.py): args: 'net.py' names nothing that takes arguments",
        "pyproject.toml:14: model 3 (net.py:Net(width=4)): args: 'net.py:Net(width=4)' has "
        "arguments of its own",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "pyproject.toml: no models to check\n  help: [[tool.cnncalc.model]] with"),
        ("tool = 3", "pyproject.toml: tool: expected a table, received 3"),
        ("a = [", "pyproject.toml: it is no TOML: "),
        ("a = " + "[" * 5000, "pyproject.toml: it is "),
        (
            '[tool.cnncalc.model]\ntarget = "vgg11"',
            "pyproject.toml: model: expected tables, received one [tool.cnncalc.model]\n"
            "  help: [[tool.cnncalc.model]] with",
        ),
        ("[tool.cnncalc]\nmodel = [3]", "pyproject.toml: model 1: expected a table, received 3"),
    ],
)
def test_files_of_another_form(tmp_path: Path, text: str, message: str) -> None:
    (found,) = problems(tmp_path, text)
    assert found.startswith(message)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    with pytest.raises(CnncalcError, match="No such file"):
        config.read(str(file))
    file.write_bytes(b"# caf\xe9\n")
    with pytest.raises(CnncalcError, match="line 1 is not UTF-8"):
        config.read(str(file))
    file.write_bytes(b"#" * (config.MAX_BYTES + 1))
    with pytest.raises(CnncalcError, match="more than 2,000,000 bytes"):
        config.read(str(file))


def test_the_nearest_file_that_speaks_of_cnncalc(tmp_path: Path, monkeypatch) -> None:
    inner = tmp_path / "pkg" / "src"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert config.find() is None
    written(tmp_path, '[[tool.cnncalc.model]]\ntarget = "models/net.py:Net"\n')
    written(tmp_path / "pkg", "[project]\nname = 'other'\n")
    file = config.find()
    assert file == "../../pyproject.toml"
    assert config.read(file).entries[0].model == "../../models/net.py:Net"
    monkeypatch.chdir(tmp_path)
    assert config.find() == "pyproject.toml"
    assert config.read("pyproject.toml").entries[0].model == "models/net.py:Net"


def test_headers_that_are_no_headers_cost_only_the_line(tmp_path: Path) -> None:
    text = (
        '[project]\ndescription = """\n[[tool.cnncalc.model]]\n"""\n'
        'tool-of = 3\n[tool]\ncnncalc = { model = [{ target = "vgg11", batch = 0 }] }\n'
    )
    (found,) = problems(tmp_path, text)
    assert "model 1 (vgg11): batch: expected a whole number" in found


def test_the_docs_name_every_key_and_their_sample_is_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "check.md").read_text("utf-8")
    for key in (*config._KEYS, *config.budget.KEYS):
        assert f"| `{key}` |" in text
    sample = text.split("```toml\n")[1].split("```")[0]
    read = config.read(written(tmp_path, sample))
    assert read.problems == ()
    assert len(read.entries) == 2
