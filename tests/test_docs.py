"""The docs that are made from the code are up to date."""

from __future__ import annotations

import json
import re
from pathlib import Path

import cnncalc
from cnncalc.ops import CATALOGUE
from cnncalc.render import catalogue

DOCS = Path(__file__).parent.parent / "docs"


def test_the_op_table_is_up_to_date() -> None:
    """To renew it: `cnncalc ops --format markdown > docs/ops.md`."""
    assert (DOCS / "ops.md").read_text("utf-8") == catalogue.markdown(CATALOGUE.values()) + "\n"


def test_the_sample_report_is_real() -> None:
    text = (DOCS / "report.md").read_text("utf-8")
    sample = json.loads(re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0])
    real = cnncalc.analyze("vgg11", input="1x224x224").to_dict()
    assert sample == {**real, "rows": real["rows"][:1]}


def test_every_finding_code_is_documented() -> None:
    source = Path(cnncalc.__file__).parent
    codes = set()
    for path in [*source.glob("ops/*.py"), source / "analysis.py"]:
        codes |= set(re.findall(r'(?:Misfit|Finding)\(\s*"([a-z-]+)"', path.read_text("utf-8")))
    text = (DOCS / "report.md").read_text("utf-8")
    assert len(codes) > 10
    assert {code for code in codes if f"`{code}`" not in text} == set()


def test_every_symbol_is_explained() -> None:
    for op in CATALOGUE.values():
        assert all(catalogue.symbols(op).values()), op
