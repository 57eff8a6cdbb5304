"""Sheets in all formats: well-formed, no answers on the blank one, the command line, the words."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from click.testing import CliRunner

import cnncalc
from cnncalc.cli.main import cli
from cnncalc.quizzing import quiz
from cnncalc.words import quiz_en, quiz_zh, say

DOCS = Path(__file__).parent.parent.parent / "docs" / "quiz.md"
SOURCE = Path(cnncalc.__file__).parent
_VOID = {"meta", "br", "mspace"}


class _Nesting(HTMLParser):
    """Fails where an element is closed that is not the one that is open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("seed", [1, 2])
def test_html_is_one_page_without_scripts(lang: str, seed: int) -> None:
    text = quiz(seed=seed, count=20).render("html", lang, answers=True)
    reader = _Nesting()
    reader.feed(text)
    assert reader.open == []
    assert not reader.seen & {"script", "link", "img", "iframe"}
    assert "@media print" in text
    assert "break-before: page" in text
    before, _, after = text.partition('<div class="page"></div>')
    title = {"en": "Answers and solutions", "zh": "答案与解析"}[lang]
    assert title in after
    assert title not in before
    assert f'<html lang="{lang}">' in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_latex_is_balanced(lang: str) -> None:
    text = quiz(seed=3, count=20).render("latex", lang, answers=True)
    begun = re.findall(r"\\begin\{(\w+\*?)\}", text)
    assert sorted(begun) == sorted(re.findall(r"\\end\{(\w+\*?)\}", text))
    bare = re.sub(r"\\[{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert text.count(r"\newpage") == 1
    assert ("ctex" in text) == (lang == "zh")


@pytest.mark.parametrize(("lang", "engine"), [("en", "pdflatex"), ("zh", "xelatex")])
def test_latex_compiles(lang: str, engine: str, tmp_path: Path) -> None:
    if shutil.which(engine) is None:
        pytest.skip(f"needs {engine}")
    text = quiz(seed=4, count=15).render("latex", lang, answers=True)
    (tmp_path / "sheet.tex").write_text(text, "utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace")
    missing = re.search(r"File `(\S+)' not found", done.stdout)
    if missing is not None:
        pytest.skip(f"needs {missing[1]}")
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize("format", ["markdown", "latex", "html", "yaml"])
def test_the_blank_sheet_has_no_answers(format: str) -> None:
    sheet = quiz("params", 2, seed=8, count=8)
    blank, key = sheet.render(format), sheet.render(format, answers=True)
    for question in sheet.questions:
        for answer in question.answers:
            shown = answer.figure.replace(",", "{,}") if format == "latex" else answer.figure
            assert shown in key or answer.figure in key
            assert answer.figure not in blank


def test_the_blank_yaml_does_not_name_hidden_networks() -> None:
    sheet = quiz("design", 1, seed=8, count=8)
    assert all(question.draft.hidden for question in sheet.questions)
    assert "model:" not in sheet.render("yaml")
    assert sheet.render("yaml", answers=True).count("model:") == 8


# Words


def _places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_sentences() -> None:
    english, chinese = quiz_en.SENTENCES, quiz_zh.SENTENCES
    assert list(english) == list(chinese)
    for key in english:
        assert _places(english[key]) == _places(chinese[key]), key


def test_every_sentence_is_said() -> None:
    """No key of a phrase is missing, and none is there for nothing."""
    paths = [*SOURCE.glob("quizzing/**/*.py"), *SOURCE.glob("render/quiz*.py")]
    source = "\n".join(path.read_text("utf-8") for path in paths)
    said = set(re.findall(r'"(quiz\.[a-z_.]+[a-z_])"', source))
    assert said - set(quiz_en.SENTENCES) == set()
    # Those that are put together: of topics, columns, kinds of layers, what is asked or found.
    made = ("quiz.ask.", "quiz.topic.", "quiz.column.", "quiz.layer.", "quiz.find.", "quiz.lead.")
    assert {key for key in set(quiz_en.SENTENCES) - said if not key.startswith(made)} == set()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_texts_are_in_their_language(lang: str) -> None:
    for level in range(1, 6):
        for question in quiz("mixed", level, seed=9, count=24).questions:
            said = say(question.draft.text, lang)
            assert bool(re.search("[一-鿿]", said)) == (lang == "zh")
            assert not re.search(r"None|\{|\bquiz\.", said)


# The command line


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["quiz", *args], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.return_value, result.output


def test_the_command_prints_a_sheet() -> None:
    code, text = run("--seed", "7", "-n", "3", "--topic", "size,Params", "--level", "2")
    assert code == 0
    assert text.startswith("# Exercises on convolutional networks\n")
    assert text.count("## Exercise") == 3
    twice = run("--seed", "7", "-n", "3", "--topic", "size", "--topic", "params", "--level", "2")
    assert twice == (0, text)


def test_the_format_follows_the_ending(tmp_path: Path) -> None:
    for name, start in {
        "a.md": "# ", "a.tex": "\\documentclass", "a.html": "<!DOCTYPE", "a.yaml": "# ", "a": "# ",
    }.items():  # fmt: skip
        code, said = run("--seed", "7", "-n", "2", "-o", str(tmp_path / name))
        assert (code, said) == (0, f"{tmp_path / name}: 2 exercises, seed 7\n")
        assert (tmp_path / name).read_text("utf-8").startswith(start)
    assert "exercises:" in (tmp_path / "a.yaml").read_text("utf-8")


def test_a_seed_is_chosen_and_printed() -> None:
    _, text = run("-n", "1", "--lang", "zh")
    seed = re.search(r"练习卷 (\d+)", text)
    assert seed is not None
    assert run("-n", "1", "--lang", "zh", "--seed", seed[1]) == (0, text)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--topic", "filed"], "unknown topic 'filed'\n  help: did you mean"),
        (["--topic", ","], "--topic names no topic"),
        (["-n", "0"], "a sheet has 1 to 200 exercises, received 0"),
        (["--seed", "99999999999999999999"], "seed: expected a number from 0"),
        (["-n", "1", "-o", "/nowhere/there/a.md"], "/nowhere/there/a.md: "),
        (["--level", "6"], "6 is not in the range 1<=x<=5"),
    ],
)
def test_bad_arguments_get_one_line(args: list[str], message: str) -> None:
    with pytest.raises(Exception, match=re.escape(message)):
        run(*args)


def test_the_docs_are_real() -> None:
    """Each block after a command is what the command prints, or a part of it."""
    text = DOCS.read_text("utf-8")
    shown = re.findall(r"```sh\n\$ cnncalc quiz (.*?)\n```\n\n```\w+\n(.*?)```", text, re.S)
    assert len(shown) >= 3
    for line, output in shown:
        code, printed = run(*line.split())
        assert code == 0
        for part in re.split(r"^\.\.\.\n", output, flags=re.M):
            assert part.rstrip("\n") in printed, line
