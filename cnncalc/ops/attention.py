"""Attention. MACs: the projections, and 2 * Lq * Lk * D for the two products.

D is the width of all heads together, so the number of heads does not matter; masks give no
discount (they do not save the multiplications).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..errors import OpError
from ..finding import Misfit
from ..formula import Formula
from ..indexmap import IndexMap
from ..layout import Along, Dims, Read
from ..shape import Shape, broadcast, format_shape, product
from .arguments import arg, count, flag, number
from .arguments import optional as maybe
from .base import Op
from .held import Held, parameters
from .linear import alike
from .reads import anywhere, contracted
from .registry import op


@op("mha", "multiheadattention", "attention")
class MultiheadAttention(Op):
    """Self-attention (one input) or attention of query, key and value (three inputs).

    Inputs are `(N, L, E)` with batch_first, `(L, N, E)` without, or `(L, E)`, as in torch; behind
    the three there may be one or two masks. Output 0 is the result; output 1 the attention
    weights, averaged over the heads unless `average_attn_weights` says no (an argument of the
    call in torch).
    """

    field_rule = "the whole input"

    arity: ClassVar[int | None] = None
    least_dims = 1

    embed_dim: int | None = arg("e", inferred=True)
    num_heads: int = arg("h", convert=count)
    dropout: float = arg("", 0.0, number)
    bias: bool = arg("b", True, flag)
    add_bias_kv: bool = arg("kv", False, flag)
    add_zero_attn: bool = arg("z", False, flag)
    kdim: int | None = arg("", None, maybe(count))
    vdim: int | None = arg("", None, maybe(count))
    batch_first: bool = arg("", False, flag)
    average_attn_weights: bool = arg("", True, flag)

    params: ClassVar[Formula] = Formula("e*(2*e + dk + dv) + 4*e*b + 2*e*kv")
    macs: ClassVar[Formula] = Formula("N*(2*Lq*e*e + Lk*e*(dk + dv) + 2*Lq*(Lk + kv + z)*e)")

    def tensors(self) -> tuple[Held, ...]:
        width = self.embed_dim
        kdim, vdim = self.kdim or width, self.vdim or width
        three = None if width is None else 3 * width
        apart = not kdim == vdim == width  # torch then has a matrix for each of the three
        extra = (1, 1, width) if self.add_bias_kv else None
        projections: dict[str, Shape | None] = {
            "in_proj_weight": None if apart else (three, width),
            "q_proj_weight": (width, width) if apart else None,
            "k_proj_weight": (width, kdim) if apart else None,
            "v_proj_weight": (width, vdim) if apart else None,
            "in_proj_bias": (three,) if self.bias else None,
            "bias_k": extra,
            "bias_v": extra,
            "out_proj.weight": (width, width),
            "out_proj.bias": (width,) if self.bias else None,
        }
        return parameters(**projections)

    def validate(self) -> None:
        if self.embed_dim is not None and self.embed_dim % self.num_heads:
            raise OpError(
                f"MultiheadAttention: num_heads={self.num_heads} does not divide "
                f"embed_dim={self.embed_dim}"
            )

    def complete(self, inputs: tuple[Shape, ...]) -> Op:
        received = inputs[0][-1]
        if self.embed_dim is None and received is not None and received % self.num_heads == 0:
            return self.replace(embed_dim=received)
        return self

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if len(inputs) not in (1, 3, 4, 5):
            message = (
                "MultiheadAttention takes one input (self-attention) or query, key and value "
                f"(and masks), but receives {len(inputs)}"
            )
            yield Misfit("inputs", message, "1 or 3", len(inputs))
            return
        expected = (self.embed_dim, self.kdim or self.embed_dim, self.vdim or self.embed_dim)
        given, inputs = inputs, inputs[:3] if len(inputs) > 1 else inputs * 3
        for shape, features in zip(inputs, expected, strict=False):
            if len(shape) not in (2, 3) or len(shape) != len(inputs[0]):
                message = f"MultiheadAttention expects 3 dims but receives {format_shape(shape)}"
                yield Misfit("dims", message, 3, len(shape))
                return
            if None not in (shape[-1], features) and shape[-1] != features:
                message = f"MultiheadAttention expects {features} features but receives {shape[-1]}"
                yield Misfit("linear-in-features", message, features, shape[-1])
                return
        (batch, _), (query, key, value) = self._dims(inputs[0]), inputs
        one_batch = batch is None or alike((query[batch],), (key[batch],))
        if not (one_batch and alike(key[:-1], value[:-1])):
            shapes = ", ".join(map(format_shape, inputs))
            yield Misfit("matmul-shapes", f"query, key, value do not fit: {shapes}")
            return
        yield from self._mask_misfits(given)

    def _mask_misfits(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        """Masks are (L, S), or of each head (N*heads, L, S), or of the keys (N, S)."""
        batch, queries, keys = self._lengths(inputs)
        rows = () if len(inputs[0]) == 2 else (batch,)
        heads = product((batch, self.num_heads))
        kinds = ((queries, keys), (heads, queries, keys), (*rows, keys))
        for mask in inputs[3:]:
            if not any(alike(mask, kind) for kind in kinds):
                message = f"a mask of {format_shape(mask)} does not fit {queries} queries"
                yield Misfit("matmul-shapes", f"{message} and {keys} keys", None, list(mask))

    def _dims(self, shape: Shape) -> tuple[int | None, int]:
        """The dims of the batch, if there is one, and of the positions."""
        if len(shape) == 2:
            return None, 0
        return (0, 1) if self.batch_first else (1, 0)

    def _lengths(self, inputs: tuple[Shape, ...]) -> tuple[Any, Any, Any]:
        """The batch, the queries and the keys; each None where it is unknown."""
        query, key = inputs[0], inputs[1] if len(inputs) > 1 else inputs[0]
        if len(query) not in (2, 3) or len(key) != len(query):
            return None, None, None
        batch, length = self._dims(query)
        return 1 if batch is None else query[batch], query[length], key[length]

    def output_count(self) -> int:
        return 2

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        batch, queries, keys = self._lengths(inputs)
        extra = self.add_bias_kv + self.add_zero_attn
        width = self.embed_dim or inputs[0][-1]
        heads = () if self.average_attn_weights else (self.num_heads,)
        weights = (*heads, queries, None if keys is None else keys + extra)
        batched = () if len(inputs[0]) == 2 else (batch,)
        return ((*inputs[0][:-1], width), (*batched, *weights))

    def all_reads(
        self, inputs: tuple[Shape, ...], outputs: tuple[Shape, ...]
    ) -> tuple[tuple[Read, ...], ...]:
        rank = len(inputs[0])
        if rank not in (2, 3) or any(len(shape) != rank for shape in inputs[:3]):
            return tuple(tuple(contracted(shape, each) for shape in inputs) for each in outputs)
        batch, length = self._dims(inputs[0])
        one_input = len(inputs) == 1

        def read(index: int, output: Shape, batch_at: int, query_at: int) -> Read:
            if index > 2:
                return anywhere(inputs[index], output)  # a mask, of which there are several kinds
            along: list[Along | None] = [None] * len(output)
            if batch is not None:
                along[batch_at] = Along(batch)
            if index == 0:
                along[query_at] = Along(length, "mix" if one_input else "keep")
            return (Dims(inputs[index], output, tuple(along)),)

        result, weights = outputs
        own = tuple(read(index, result, batch or 0, length) for index in range(len(inputs)))
        query_at = len(weights) - 2
        return own, tuple(read(index, weights, 0, query_at) for index in range(len(inputs)))

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        batch, queries, keys = self._lengths(inputs)
        width = self.embed_dim
        return {
            **super().symbols(inputs, output),
            "N": batch,
            "Lq": queries,
            "Lk": keys,
            "dk": self.kdim or width,
            "dv": self.vdim or width,
        }

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return super().symbol_names() | {"Lq", "Lk", "dk", "dv"}


def spreads(shape: Shape, wanted: Shape) -> bool:
    """Does `shape` broadcast to `wanted` without changing it?"""
    pairs = zip(shape[::-1], wanted[::-1], strict=False)
    return len(shape) <= len(wanted) and all(a in (None, 1, b) or b is None for a, b in pairs)


@op("sdpa", functions=("scaled_dot_product_attention",), torch="")
class ScaledDotProductAttention(Op):
    """softmax(Q K^T / sqrt(D)) V for inputs query, key, value `(..., L, D)`; maybe a mask.

    With `enable_gqa` a head of keys and values (dim -3) serves several heads of queries.
    """

    field_rule = "its query, and all keys and values"

    arity: ClassVar[int | None] = None

    is_causal: bool = arg("", False, flag)
    enable_gqa: bool = arg("", False, flag)

    macs: ClassVar[Formula] = Formula("B*Lq*Lk*(D + Dv)")

    def _leading(self, inputs: tuple[Shape, ...]) -> Shape | None:
        """The dims before the last two, broadcast; None where they do not fit."""
        leading = [shape[:-2] for shape in inputs[:3]]
        if not self.enable_gqa:
            return broadcast(leading)
        if not all(leading):
            return None
        heads = leading[0][-1]
        for at, (*rest, shared) in enumerate(leading[1:], start=1):
            if heads is not None and heads % (shared or 1):
                return None
            leading[at] = (*rest, None if shared is None else heads)
        return broadcast(leading)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if len(inputs) not in (3, 4) or any(len(shape) < 2 for shape in inputs[:3]):
            message = (
                f"attention takes query, key, value (and a mask), receives {len(inputs)} inputs"
            )
            yield Misfit("inputs", message, 3, len(inputs))
            return
        query, key, value = inputs[:3]
        leading = self._leading(inputs)
        fits = alike(query[-1:], key[-1:]) and alike(key[-2:-1], value[-2:-1])
        if leading is None or not fits:
            shapes = ", ".join(format_shape(shape) for shape in inputs[:3])
            yield Misfit("matmul-shapes", f"query, key, value do not fit: {shapes}")
            return
        weights = (*leading, query[-2], key[-2])
        if len(inputs) == 4 and not spreads(inputs[3], weights):
            message = f"a mask of {format_shape(inputs[3])} does not fit {format_shape(weights)}"
            yield Misfit("matmul-shapes", message, list(weights), list(inputs[3]))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        if len(inputs) < 3 or any(len(shape) < 2 for shape in inputs[:3]):
            return inputs[0]
        leading = self._leading(inputs)
        query = inputs[0] if leading is None else (*leading, inputs[0][-2], None)
        return (*query[:-1], inputs[2][-1])

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        rank = len(output)
        if len(inputs) < 3 or any(len(shape) < 2 for shape in inputs[:3]):
            return tuple((Dims(shape, output, (None,) * rank),) for shape in inputs)

        def read(shape: Shape, last: int) -> Read:
            shift = rank - len(shape)
            along: list[Along | None] = [None] * rank
            for dim in range(max(shift, 0), rank - last):
                if shape[dim - shift] in (None, output[dim]):
                    along[dim] = Along(dim - shift)
            if last == 2 and self.is_causal and output[-2] is not None:
                upto = tuple(range(at + 1) for at in range(output[-2]))
                along[-2] = Along(len(shape) - 2, IndexMap(upto, 0, covers=False))
            return (Dims(shape, output, tuple(along)),)

        # Query and mask keep their positions; keys and values are mixed.
        return tuple(read(shape, 2 if index in (1, 2) else 1) for index, shape in enumerate(inputs))

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        values = super().symbols(inputs, output)
        if len(inputs) < 3 or any(len(shape) < 2 for shape in inputs[:3]):
            return {**values, "B": None, "Lq": None, "Lk": None, "D": None, "Dv": None}
        query, key, value = inputs[:3]
        return {
            **values,
            "B": product(output[:-2]),
            "Lq": query[-2],
            "Lk": key[-2],
            "D": query[-1],
            "Dv": value[-1],
        }

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return super().symbol_names() | {"B", "Lq", "Lk", "D", "Dv"}
