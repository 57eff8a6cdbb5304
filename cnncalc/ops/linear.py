"""Dense layers and products: linear, bilinear, embedding, matrix products, einsum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..finding import Misfit
from ..formula import Formula
from ..layout import Along, Dims, How, Read
from ..shape import Shape, Size, broadcast, format_shape, product
from .arguments import arg, flag, integer, number
from .arguments import optional as maybe
from .base import Op
from .held import Held, parameters
from .registry import op


def alike(first: Shape, second: Shape) -> bool:
    """Can the two shapes be equal, as far as they are known?"""
    return len(first) == len(second) and all(
        a == b or None in (a, b) for a, b in zip(first, second, strict=True)
    )


@op("linear", "fc", "dense", "fullyconnected")
class Linear(Op):
    """y = W x + b over the last dim."""

    field_rule = "position by position; everything along the last dim"

    least_dims = 1

    in_features: int | None = arg("ci", inferred=True)
    out_features: int | None = arg("co", inferred=True)
    bias: bool = arg("b", True, flag)

    params: ClassVar[Formula] = Formula("co*ci + b*co")
    macs: ClassVar[Formula] = Formula("R*co*ci")

    def tensors(self) -> tuple[Held, ...]:
        bias = (self.out_features,) if self.bias else None
        return parameters(weight=(self.out_features, self.in_features), bias=bias)

    def complete(self, inputs: tuple[Shape, ...]) -> Op:
        received = inputs[0][-1]
        if self.in_features is None and received is not None:
            return self.replace(in_features=received)
        return self

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        received = inputs[0][-1]
        if None not in (received, self.in_features) and received != self.in_features:
            yield Misfit(
                "linear-in-features",
                f"Linear expects {self.in_features} features but receives {received}",
                self.in_features,
                received,
                f"Linear({received}, {self.out_features})",
            )

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        return (*inputs[0][:-1], self.out_features)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        kept = [Along(dim) for dim in range(len(output) - 1)]
        return ((Dims(inputs[0], output, (*kept, None)),),)

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        return {**super().symbols(inputs, output), "R": product(output[:-1])}

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return super().symbol_names() | {"R"}


@op("bilinear")
class Bilinear(Op):
    """y_k = x1 A_k x2 + b_k over the last dims of two inputs."""

    arity: ClassVar[int | None] = 2
    least_dims = 1

    in1_features: int = arg("c1")
    in2_features: int = arg("c2")
    out_features: int = arg("co")
    bias: bool = arg("b", True, flag)

    params: ClassVar[Formula] = Formula("co*c1*c2 + b*co")
    # x1 A x2 for each of the outputs: the first product and the second. (torch's FlopCounterMode
    # has no rule for it, and so counts nothing.)
    macs: ClassVar[Formula] = Formula("R*co*(c1*c2 + c2)")

    def tensors(self) -> tuple[Held, ...]:
        weight = (self.out_features, self.in1_features, self.in2_features)
        return parameters(weight=weight, bias=(self.out_features,) if self.bias else None)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        wanted = (self.in1_features, self.in2_features)
        for shape, expected in zip(inputs, wanted, strict=True):
            if shape[-1] is not None and shape[-1] != expected:
                message = f"Bilinear expects {expected} features but receives {shape[-1]}"
                yield Misfit("linear-in-features", message, expected, shape[-1])
        if not alike(inputs[0][:-1], inputs[1][:-1]):
            message = f"Bilinear cannot pair {' and '.join(map(format_shape, inputs))}"
            yield Misfit("merge-shapes", message, list(inputs[0]), list(inputs[1]))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        return (*inputs[0][:-1], self.out_features)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        kept = tuple(Along(dim) for dim in range(len(output) - 1))
        return tuple((Dims(shape, output, (*kept, None)),) for shape in inputs)

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        return {**super().symbols(inputs, output), "R": product(output[:-1])}

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return super().symbol_names() | {"R"}


@op("embedding")
class Embedding(Op):
    """Look up a row of a table for each index: the output has one more dim."""

    num_embeddings: int = arg("n")
    embedding_dim: int = arg("e")
    padding_idx: int | None = arg("", None, maybe(integer))
    max_norm: float | None = arg("", None, maybe(number))

    params: ClassVar[Formula] = Formula("n*e")

    def tensors(self) -> tuple[Held, ...]:
        return parameters(weight=(self.num_embeddings, self.embedding_dim))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        return (*inputs[0], self.embedding_dim)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        kept = [Along(dim) for dim in range(len(inputs[0]))]
        return ((Dims(inputs[0], output, (*kept, None)),),)


@op("matmul", functions=("matmul", "bmm", "mm"), torch="")
class MatMul(Op):
    """The matrix product of the last two dims, the dims before them broadcast.

    MACs of products with a vector count like those with a matrix of one row or column, which
    torch's FlopCounterMode leaves out.
    """

    field_rule = "a row of the first input, a column of the second"

    arity: ClassVar[int | None] = 2
    least_dims = 1

    macs: ClassVar[Formula] = Formula("B*n*m*k")

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        left, right = inputs
        inner = (left[-1], right[-2] if len(right) > 1 else right[-1])
        if None not in inner and inner[0] != inner[1]:
            yield Misfit(
                "matmul-shapes",
                f"cannot multiply {format_shape(left)} by {format_shape(right)}: "
                f"{inner[0]} is not {inner[1]}",
                inner[0],
                inner[1],
            )
        elif broadcast([left[:-2] or (1,), right[:-2] or (1,)]) is None:
            yield Misfit(
                "matmul-shapes",
                f"cannot multiply {format_shape(left)} by {format_shape(right)}: "
                "the leading dims do not broadcast",
                list(left),
                list(right),
            )

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        left, right = inputs
        if len(right) == 1:
            return left[:-1]
        if len(left) == 1:
            return (*right[:-2], right[-1])
        return (*self._leading(left, right), left[-2], right[-1])

    def _leading(self, left: Shape, right: Shape) -> Shape:
        if len(left) == len(right) == 2:
            return ()
        leading = broadcast([left[:-2] or (1,), right[:-2] or (1,)])
        return left[:-2] if leading is None else leading

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        left, right = inputs
        if len(left) < 2 or len(right) < 2:
            rest = len(output)
            kept = tuple(Along(dim) for dim in range(rest)) if len(right) < 2 else (None,) * rest
            return ((Dims(left, output, kept),), (Dims(right, output, (None,) * rest),))
        leading = len(output) - 2

        def along(shape: Shape, own: int) -> tuple[Along | None, ...]:
            shift = leading - (len(shape) - 2)
            batch = [
                Along(dim - shift) if dim >= shift and shape[dim - shift] == output[dim] else None
                for dim in range(leading)
            ]
            mine = Along(len(shape) - 2) if own == 0 else Along(len(shape) - 1)
            return (*batch, mine, None) if own == 0 else (*batch, None, mine)

        return (
            (Dims(left, output, along(left, 0)),),
            (Dims(right, output, along(right, 1)),),
        )

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        left, right = inputs
        rows = left[-2] if len(left) > 1 else 1
        columns = right[-1] if len(right) > 1 else 1
        batch = self._leading(left, right) if len(left) > 1 and len(right) > 1 else output[:-1]
        if len(left) < 2 or len(right) < 2:
            longer = left if len(left) > len(right) else right
            batch = longer[:-2]
        values = super().symbols(inputs, output)
        return {**values, "B": product(batch), "n": rows, "m": columns, "k": left[-1]}

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return super().symbol_names() | {"B", "n", "m", "k"}


def equation(value: Any, rank: int) -> str:
    """An einsum equation: letters, commas, an optional ellipsis and an optional arrow."""
    if not isinstance(value, str):
        raise ValueError("an equation such as 'bij,bjk->bik'")
    text = value.replace(" ", "")
    letters = text.replace("...", "").replace("->", ",").replace(",", "")
    result = text.partition("->")[2].replace("...", "")
    odd = text.count("->") > 1 or len(set(result)) < len(result)
    if not text or odd or (letters and not letters.isalpha()):
        raise ValueError("an equation such as 'bij,bjk->bik'")
    return text


@op("einsum", functions=("einsum",), torch="")
class Einsum(Op):
    """Sum of products over named dims: `bij,bjk->bik` is a batched matrix product.

    MACs are the product of all sizes, as for one nested loop over every letter; of three or
    more operands, pairwise from the left, as torch contracts them. What only one operand has is
    summed before, and products without a sum are no MACs.
    """

    field_rule = "everything along the dims that are summed over"

    arity: ClassVar[int | None] = None

    equation: str = arg("", convert=equation)

    macs: ClassVar[Formula] = Formula("loops")

    def _terms(self, inputs: tuple[Shape, ...]) -> tuple[list[str], str] | None:
        """The letters of each operand and of the output, an ellipsis spelled out."""
        left, arrow, right = self.equation.partition("->")
        terms = left.split(",")
        if len(terms) != len(inputs):
            return None
        spelled = []
        widest = ""
        for term, shape in zip(terms, inputs, strict=True):
            named = len(term.replace("...", ""))
            dots = "".join(chr(0x2460 + index) for index in range(len(shape) - named))[::-1]
            if ("..." in term) != bool(dots) and dots:
                return None
            widest = max(widest, dots, key=len)
            spelled.append(term.replace("...", dots))
            if len(spelled[-1]) != len(shape):
                return None
        if not arrow:
            letters = "".join(terms).replace("...", "")
            once = sorted(letter for letter in set(letters) if letters.count(letter) == 1)
            right = ("..." if widest else "") + "".join(once)
        return spelled, right.replace("...", widest)

    def _sizes(self, inputs: tuple[Shape, ...]) -> dict[str, Size] | None:
        terms = self._terms(inputs)
        if terms is None:
            return None
        sizes: dict[str, Size] = {}
        for term, shape in zip(terms[0], inputs, strict=True):
            for letter, size in zip(term, shape, strict=True):
                known = sizes.setdefault(letter, size)
                if known in (None, 1):
                    sizes[letter] = size if size is not None else known
                elif size not in (None, 1, known):
                    return None
        return sizes if set(terms[1]) <= sizes.keys() else None

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if self._sizes(inputs) is None:
            shapes = ", ".join(format_shape(shape) for shape in inputs)
            yield Misfit("einsum-shapes", f"einsum {self.equation!r} does not fit {shapes}")

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        terms, sizes = self._terms(inputs), self._sizes(inputs)
        if terms is None or sizes is None:
            arrow = self.equation.partition("->")[2]
            return (None,) * max(len(arrow), 1)
        return tuple(sizes[letter] for letter in terms[1])

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        terms = self._terms(inputs)
        if terms is None or self._sizes(inputs) is None:
            return tuple((Dims(shape, output, (None,) * len(output)),) for shape in inputs)

        def read(term: str, shape: Shape) -> Read:
            along: list[Along | None] = []
            also: list[tuple[int, int, How]] = []
            for at, (letter, size) in enumerate(zip(terms[1], output, strict=True)):
                dims = [dim for dim, other in enumerate(term) if other == letter]
                stays = bool(dims) and shape[dims[0]] in (None, size)  # not broadcast
                along.append(Along(dims[0]) if stays else None)
                also += [(dim, at, "keep") for dim in dims[1:] if stays]
            traced = {dim for dim, other in enumerate(term) if term.count(other) > 1}
            unknown = {dim for dim in traced if term[dim] not in terms[1]}
            return (Dims(shape, output, tuple(along), unknown, also=also),)

        return tuple(read(term, shape) for term, shape in zip(terms[0], inputs, strict=True))

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        return {**super().symbols(inputs, output), "loops": self._loops(inputs)}

    def _loops(self, inputs: tuple[Shape, ...]) -> Size:
        terms, sizes = self._terms(inputs), self._sizes(inputs)
        if terms is None or sizes is None:
            return None
        operands, result = terms
        if len(operands) == 1:
            return 0  # a sum or a transpose: nothing is multiplied
        total: Size = 0
        held = operands[0]
        for index, term in enumerate(operands[1:], start=2):
            later = result + "".join(operands[index:])
            letters = [
                x for x in dict.fromkeys(held + term) if x in later or (x in held and x in term)
            ]
            if not set(letters) <= set(later):  # else nothing is summed: a plain product
                loops = product(sizes[letter] for letter in letters)
                total = None if total is None or loops is None else total + loops
            held = "".join(letter for letter in letters if letter in later)
        return total

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return super().symbol_names() | {"loops"}
