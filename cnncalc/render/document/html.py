"""A document as one HTML page that prints well: formulas in MathML, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ... import notation
from .blocks import Block, Break, Bullets, Grid, Heading, Prose, Spans, Working, printable
from .text import plain

_STYLE = """
body { font-family: serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem;
       line-height: 1.5; }
table { border-collapse: collapse; margin: 0.5rem 0 1rem; }
th, td { border-bottom: 1px solid #bbb; padding: 0.15rem 0.6rem; text-align: left; }
th.right, td.right { text-align: right; font-variant-numeric: tabular-nums; }
.working { margin: 0.6rem 0 0.9rem 1rem; break-inside: avoid; }
.working math { display: block; margin: 0.3rem 0; }
.gradient { margin-left: 1rem; font-style: italic; }
.page { break-before: page; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } }
"""


def printed(blocks: Sequence[Block], lang: str) -> str:
    """The page."""
    title = next((plain(block.spans) for block in blocks if isinstance(block, Heading)), "cnncalc")
    body = "\n".join(_part(block) for block in blocks)
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{body}\n</body>\n</html>"
    )


def _part(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{marked(block.spans)}</h{block.level}>"
    if isinstance(block, Prose):
        return f"<p>{marked(block.spans)}</p>"
    if isinstance(block, Bullets):
        items = "".join(f"<li>{marked(item)}</li>" for item in block.items)
        return f"<ul>{items}</ul>"
    if isinstance(block, Working):
        return _working(block)
    if isinstance(block, Grid):
        return _grid(block)
    if isinstance(block, Break):
        return '<div class="page"></div>'
    lines = "<br>".join(escape(text) for text, _ in block.lines)
    return f'<p class="gradient">{lines}</p>'


def marked(spans: Spans) -> str:
    """Spans as HTML."""
    found = []
    for span in spans:
        if span.kind == "math":
            found.append(f"<math>{notation.mathml(span.text)}</math>")
        else:
            text = escape(printable(span.text))
            found.append(f"<code>{text}</code>" if span.kind == "code" else text)
    return "".join(found)


def _working(block: Working) -> str:
    shown = [notation.mathml(line) for line in block.lines]
    if block.result is None:
        shown.append(f"<mtext>{marked(block.unknown)}</mtext>")
    else:
        unit = escape(plain(block.unit))
        end = f"<mspace width='0.4em'/><mtext>{unit}</mtext>" if unit else ""
        shown.append(notation.mathml(block.result) + end)
    lines = "".join(f'<math display="block"><mo>=</mo>{line}</math>' for line in shown)
    below = [block.where] if block.where else []
    notes = "".join(f"<p>{marked(note)}</p>" for note in [*below, *block.remarks])
    return f'<div class="working"><b>{marked(block.name)}</b>{lines}{notes}</div>'


def _grid(block: Grid) -> str:
    sides = ["right" if right else "left" for right in block.right]

    def line(cells: list[Spans], tag: str) -> str:
        shown = (
            f'<{tag} class="{side}">{marked(cell)}</{tag}>'
            for cell, side in zip(cells, sides, strict=True)
        )
        return f"<tr>{''.join(shown)}</tr>"

    caption = f"<p>{marked(block.caption)}</p>" if block.caption else ""
    rows = "".join(line(row, "td") for row in block.rows)
    return (
        f"{caption}<table><thead>{line(block.columns, 'th')}</thead><tbody>{rows}</tbody></table>"
    )
