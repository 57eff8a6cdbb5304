"""Expressions: names, literals, calls, comprehensions, f-strings."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from .builtin import BUILTINS
from .formatting import formatted
from .functions import define_lambda
from .interpreter import EXPRESSIONS, Interpreter
from .operators import binary, compare, subscript, unary
from .scope import Frame
from .statements import assign
from .values import MISSING, Items, Opaque, Poisoned, Raised

Expression = Callable[[Interpreter, Any, Frame], Any]


def evaluates(*kinds: type) -> Callable[[Expression], Expression]:
    """Register how a kind of expression is evaluated."""

    def register(run: Expression) -> Expression:
        for kind in kinds:
            EXPRESSIONS[kind] = run
        return run

    return register


@evaluates(ast.Constant)
def constant(reader: Interpreter, node: ast.Constant, frame: Frame) -> Any:
    return node.value


@evaluates(ast.Name)
def name(reader: Interpreter, node: ast.Name, frame: Frame) -> Any:
    wanted = node.id
    found = frame.find(wanted)
    if found is MISSING:
        found = BUILTINS.get(wanted, MISSING)
        if found is MISSING:
            star = frame.module.find and frame.module.find(wanted)
            if star is None or star is MISSING:
                raise Raised(NameError(f"name {wanted!r} is not defined"))
            return star
    if found.__class__ is Poisoned:
        raise found.error
    return found


@evaluates(ast.Attribute)
def attribute(reader: Interpreter, node: ast.Attribute, frame: Frame) -> Any:
    owner = reader.evaluate(node.value, frame)
    frame.node = node
    return reader.attribute(owner, node.attr)


@evaluates(ast.Call)
def call(reader: Interpreter, node: ast.Call, frame: Frame) -> Any:
    function = reader.evaluate(node.func, frame)
    args: list[Any] = []
    for each in node.args:
        if isinstance(each, ast.Starred):
            args.extend(reader.listed(reader.evaluate(each.value, frame)))
        else:
            args.append(reader.evaluate(each, frame))
    kwargs: dict[str, Any] = {}
    for keyword in node.keywords:
        value = reader.evaluate(keyword.value, frame)
        if keyword.arg is None:
            kwargs.update(_mapping(reader, value))
        else:
            kwargs[keyword.arg] = value
    outer = frame.node
    frame.node = node
    result = reader.call(function, tuple(args), kwargs)
    frame.node = outer
    return result


def _mapping(reader: Interpreter, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if value.__class__ is Opaque:
        raise reader.cannot(f"cannot follow keyword arguments from {value.what}")
    keys = reader.call(reader.attribute(value, "keys"))
    return {key: subscript(reader, value, key) for key in reader.iterate(keys)}


# Operators


@evaluates(ast.BinOp)
def operation(reader: Interpreter, node: ast.BinOp, frame: Frame) -> Any:
    left = reader.evaluate(node.left, frame)
    right = reader.evaluate(node.right, frame)
    frame.node = node
    return binary(reader, type(node.op), left, right)


@evaluates(ast.UnaryOp)
def negation(reader: Interpreter, node: ast.UnaryOp, frame: Frame) -> Any:
    operand = reader.evaluate(node.operand, frame)
    if isinstance(node.op, ast.Not):
        return not reader.truth(operand)
    frame.node = node
    return unary(reader, type(node.op), operand)


@evaluates(ast.BoolOp)
def logic(reader: Interpreter, node: ast.BoolOp, frame: Frame) -> Any:
    wanted = isinstance(node.op, ast.Or)
    value = None
    for each in node.values:
        value = reader.evaluate(each, frame)
        if each is not node.values[-1] and reader.truth(value) is wanted:
            return value
    return value


@evaluates(ast.Compare)
def comparison(reader: Interpreter, node: ast.Compare, frame: Frame) -> Any:
    left = reader.evaluate(node.left, frame)
    result: Any = True
    for op, each in zip(node.ops, node.comparators, strict=True):
        right = reader.evaluate(each, frame)
        result = compare(reader, type(op), left, right)
        if len(node.ops) > 1 and not reader.truth(result):
            return result
        left = right
    return result


@evaluates(ast.IfExp)
def choice(reader: Interpreter, node: ast.IfExp, frame: Frame) -> Any:
    chosen = node.body if reader.truth(reader.evaluate(node.test, frame)) else node.orelse
    return reader.evaluate(chosen, frame)


@evaluates(ast.NamedExpr)
def walrus(reader: Interpreter, node: ast.NamedExpr, frame: Frame) -> Any:
    value = reader.evaluate(node.value, frame)
    home = frame
    while home.function is None and home.parent is not None:
        home = home.parent  # past comprehensions
    home.assign(node.target.id, value)
    return value


@evaluates(ast.Subscript)
def item(reader: Interpreter, node: ast.Subscript, frame: Frame) -> Any:
    owner = reader.evaluate(node.value, frame)
    index = reader.evaluate(node.slice, frame)
    frame.node = node
    return subscript(reader, owner, index)


@evaluates(ast.Slice)
def part(reader: Interpreter, node: ast.Slice, frame: Frame) -> slice:
    ends = (node.lower, node.upper, node.step)
    return slice(*[None if each is None else reader.evaluate(each, frame) for each in ends])


# Containers


def _items(reader: Interpreter, nodes: list[ast.expr], frame: Frame) -> list[Any]:
    items: list[Any] = []
    for each in nodes:
        if isinstance(each, ast.Starred):
            items.extend(reader.listed(reader.evaluate(each.value, frame)))
        else:
            items.append(reader.evaluate(each, frame))
    return items


@evaluates(ast.Tuple)
def tuple_(reader: Interpreter, node: ast.Tuple, frame: Frame) -> tuple[Any, ...]:
    return tuple(_items(reader, node.elts, frame))


@evaluates(ast.List)
def list_(reader: Interpreter, node: ast.List, frame: Frame) -> list[Any]:
    return _items(reader, node.elts, frame)


@evaluates(ast.Set)
def set_(reader: Interpreter, node: ast.Set, frame: Frame) -> set[Any]:
    return set(_items(reader, node.elts, frame))


@evaluates(ast.Dict)
def dict_(reader: Interpreter, node: ast.Dict, frame: Frame) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            result.update(_mapping(reader, reader.evaluate(value, frame)))
        else:
            made = reader.evaluate(key, frame)
            result[hashable(reader, made)] = reader.evaluate(value, frame)
    return result


def hashable(reader: Interpreter, key: Any) -> Any:
    """A value that a dict or a set can have for a key."""
    reader.weigh(key)
    try:
        hash(key)
    except TypeError as error:
        raise Raised(error) from None
    return key


# Comprehensions


def _frames(
    reader: Interpreter, generators: list[ast.comprehension], frame: Frame, source: Any
) -> Iterator[Frame]:
    """The frame of a comprehension, once for each item that it makes.

    `source` is what the first `for` goes through. The frame is on the stack only while its
    own code is at work: generators are gone through bit by bit.
    """
    inner = Frame(frame.module, frame.inner())  # names of a class body are not seen inside
    inner.node = frame.node

    def run(at: int, source: Any) -> Iterator[Frame]:
        generator = generators[at]
        for each in reader.iterate(source):
            reader.enter(inner)
            assign(reader, generator.target, each, inner)
            wanted = all(reader.truth(reader.evaluate(test, inner)) for test in generator.ifs)
            more = at + 1 < len(generators)
            next_source = (
                reader.evaluate(generators[at + 1].iter, inner) if wanted and more else None
            )
            reader.leave()
            if wanted and more:
                yield from run(at + 1, next_source)
            elif wanted:
                yield inner

    return run(0, source)


def _made(
    reader: Interpreter, generators: list[ast.comprehension], frame: Frame, make: Any
) -> Iterator[Any]:
    """What `make` makes in the frame of a comprehension, item by item."""
    source = reader.evaluate(generators[0].iter, frame)

    def run() -> Iterator[Any]:
        for count, inner in enumerate(_frames(reader, generators, frame, source), start=1):
            if count % 1024 == 0:
                reader.budget.items(count)
            reader.enter(inner)
            item = make(inner)
            reader.leave()
            yield item

    return run()


@evaluates(ast.ListComp)
def list_comprehension(reader: Interpreter, node: ast.ListComp, frame: Frame) -> list[Any]:
    return list(_made(reader, node.generators, frame, lambda f: reader.evaluate(node.elt, f)))


@evaluates(ast.GeneratorExp)
def generator_expression(reader: Interpreter, node: ast.GeneratorExp, frame: Frame) -> Items:
    return Items(_made(reader, node.generators, frame, lambda f: reader.evaluate(node.elt, f)))


@evaluates(ast.SetComp)
def set_comprehension(reader: Interpreter, node: ast.SetComp, frame: Frame) -> set[Any]:
    def make(inner: Frame) -> Any:
        return hashable(reader, reader.evaluate(node.elt, inner))

    return set(_made(reader, node.generators, frame, make))


@evaluates(ast.DictComp)
def dict_comprehension(reader: Interpreter, node: ast.DictComp, frame: Frame) -> dict[Any, Any]:
    def make(inner: Frame) -> tuple[Any, Any]:
        key = hashable(reader, reader.evaluate(node.key, inner))
        return key, reader.evaluate(node.value, inner)

    return dict(_made(reader, node.generators, frame, make))


# Functions, texts


@evaluates(ast.Lambda)
def lambda_(reader: Interpreter, node: ast.Lambda, frame: Frame) -> Any:
    return define_lambda(reader, node, frame)


@evaluates(ast.Yield)
def yields(reader: Interpreter, node: ast.Yield, frame: Frame) -> None:
    value = None if node.value is None else reader.evaluate(node.value, frame)
    _yielded(frame).append(value)
    reader.budget.items(len(_yielded(frame)))


@evaluates(ast.YieldFrom)
def yields_from(reader: Interpreter, node: ast.YieldFrom, frame: Frame) -> None:
    _yielded(frame).extend(reader.listed(reader.evaluate(node.value, frame)))


def _yielded(frame: Frame) -> list[Any]:
    home = frame
    while home.yielded is None and home.parent is not None:
        home = home.parent
    if home.yielded is None:
        home.yielded = []
    return home.yielded


@evaluates(ast.JoinedStr)
def f_string(reader: Interpreter, node: ast.JoinedStr, frame: Frame) -> Any:
    parts = []
    for each in node.values:
        value = reader.evaluate(each, frame)
        if value.__class__ is Opaque:
            return value
        parts.append(value)
    reader.budget.text(sum(map(len, parts)))
    return "".join(parts)


@evaluates(ast.FormattedValue)
def f_value(reader: Interpreter, node: ast.FormattedValue, frame: Frame) -> Any:
    value = reader.evaluate(node.value, frame)
    spec = "" if node.format_spec is None else reader.evaluate(node.format_spec, frame)
    if value.__class__ is Opaque or spec.__class__ is Opaque:
        return Opaque(f"a text with {value!r}")
    conversion = chr(node.conversion) if node.conversion > 0 else ""
    return formatted(reader, value, spec, conversion)
