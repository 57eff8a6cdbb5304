"""The answer to an inverse question as JSON; docs/solve.md has the schema."""

from __future__ import annotations

import json
from typing import Any

from ..solving.answers import Answer, Span

SCHEMA_VERSION = 1


def render(answer: Answer) -> str:
    """The answer as JSON text."""
    return json.dumps(to_dict(answer), indent=2, ensure_ascii=False)


def to_dict(answer: Answer) -> dict[str, Any]:
    """The answer as dicts, lists, numbers and texts: its fields, the question first."""
    fields = _plain(answer)
    question = fields.pop("question")
    head = {"schema_version": SCHEMA_VERSION, "question": question, "found": answer.found}
    return {**head, **fields}


def _plain(value: Any) -> Any:
    """Named tuples as dicts; a range has no `last` where it has no end."""
    if isinstance(value, Span):
        return {"first": value.first, "last": value.last}
    if hasattr(value, "_asdict"):
        return {name: _plain(each) for name, each in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
