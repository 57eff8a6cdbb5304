"""Both languages say the same sentences, and all that explanations say."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from string import Formatter

import pytest

import cnncalc
from cnncalc.errors import NameNotFoundError
from cnncalc.explaining.gradients import _BY_NAME
from cnncalc.ops import CATALOGUE
from cnncalc.words import Code, Math, Phrase, en, phrase, say, sentences, spans, zh
from cnncalc.words.ops_zh import FIELD_RULES, OPS, line

SOURCE = Path(cnncalc.__file__).parent
SPEAKERS = [*(SOURCE / "explaining").glob("*.py"), SOURCE / "render" / "explain.py"]


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_sentences() -> None:
    english, chinese = sentences("en"), sentences("zh")
    assert list(english) == list(chinese)
    for key in english:
        assert places(english[key]) == places(chinese[key]), key
        assert english[key] or key == "sentence.gap"


def test_chinese_is_chinese() -> None:
    """Sentences hold Chinese characters, but for a few that are marks only."""
    plain = [key for key, text in zh.SENTENCES.items() if not re.search("[一-鿿]", text)]
    assert set(plain) == {
        "list.comma", "list.last", "sentence.gap", "heading.input", "heading.layer",
        "part.reads.one", "where.known", "flops.name",
    }  # fmt: skip
    english = [key for key, text in sentences("en").items() if re.search("[一-鿿]", text)]
    assert english == []


def test_every_phrase_that_is_said_has_a_sentence() -> None:
    keys = set(sentences("en"))
    said = set()
    for path in SPEAKERS:
        text = path.read_text("utf-8")
        said |= set(re.findall(r'"([a-z_0-9]+(?:\.[a-z_0-9A-Z]+)+)"', text))
    assert len(said) > 100
    # Figures have dots in their names too.
    figures = {"field.size", "field.stride", "field.start", "field.reach"}
    assert said - keys - figures == set()


#: Keys that are put together from a prefix and a name.
MADE_UP = ("argument.", "symbol.", "axis.", "column.", "heading.", "field.symbol.",
           "memory.symbol.")  # fmt: skip


def test_no_sentence_is_never_said() -> None:
    source = "".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    endings = {"params.name", "buffers.name", "params.total", "macs.total"}
    unsaid = [
        key
        for key in en.SENTENCES
        if not key.startswith(MADE_UP) and source.count(f'"{key}"') <= 2 and key not in endings
    ]
    assert unsaid == []


def test_what_ops_do_is_there_in_chinese() -> None:
    for name, op in CATALOGUE.items():
        first = (inspect.getdoc(op) or "").split("\n")[0]
        assert re.search("[一-鿿]", line(name, first)) or re.search(r"[x(]", OPS[name]), name
    stems = {re.sub("[123]d$", "", name) for name in CATALOGUE} | set(CATALOGUE)
    assert set(OPS) <= stems


def test_field_rules_are_there_in_chinese() -> None:
    assert {op.field_rule for op in CATALOGUE.values()} == set(FIELD_RULES)


def test_symbols_have_a_meaning_in_every_formula() -> None:
    from cnncalc.explaining.scene import meaning

    for op in CATALOGUE.values():
        for formula in (op.params, op.buffers, op.macs, op.out_size):
            for symbol in formula.symbols if formula else ():
                made = object.__new__(op)
                assert meaning(made, symbol).key in sentences("en"), (op, symbol)


def test_values_in_words() -> None:
    seen = phrase("field.path", path=Code("conv1"), first=-3, last=12_000, size=(1, None, 3))
    assert say(seen, "en") == "conv1 sees -3 to 12,000 (1x?x3)"
    assert [span.kind for span in spans(seen, "en")] == ["code", "text"]
    both = phrase("size.name", axes=[phrase("axis.height"), phrase("axis.width")])
    assert say(both, "en") == "height and width of the output"
    assert say(both, "zh") == "输出的高度、宽度"
    cut = phrase("size.floor", above=223, equation=Math("2*111 + 1"), rest=1)
    assert "223 = 2·111 + 1" in say(cut, "en")
    assert isinstance(hash(both), int)
    assert say(Phrase("unit.bytes"), "zh") == "字节"


def test_words_that_go_with_a_number() -> None:
    for count, wanted in ((1, "1 layer takes memory of its own."),
                          (2, "2 layers take memory of their own."),
                          (0, "0 layers take memory of their own.")):  # fmt: skip
        said = phrase("memory.forward.layers", count=count)
        assert say(said, "en") == wanted
        assert say(said, "zh") == f"共有 {count} 层占用自己的内存。"


def test_gradient_formulas_have_no_words() -> None:
    """They stand in both languages: only names of functions are left."""
    lines = {text for known in _BY_NAME.values() for text, _ in known.lines}
    assert len(lines) > 30
    words = {word for text in lines for word in re.findall("[A-Za-z]{3,}", text)}
    assert words == {"softmax", "rowsum"}


def test_a_language_that_there_is_not() -> None:
    with pytest.raises(NameNotFoundError, match="unknown language 'fr'"):
        sentences("fr")
