"""Ops that take, move or overwrite positions, at places that are given or depend on data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F


def _slice(op: Any, x: torch.Tensor) -> torch.Tensor:
    index: list[Any] = [slice(None)] * x.dim()
    index[op.dim] = slice(op.start, op.end, op.step)
    return x[tuple(index)]


def _split(op: Any, x: torch.Tensor) -> Any:
    sections = op.split_size_or_sections
    return torch.split(x, sections[0] if len(sections) == 1 else list(sections), op.dim)


def _index_select(op: Any, x: torch.Tensor, *given: torch.Tensor) -> torch.Tensor:
    if op.index is None:
        return x.index_select(op.dim, given[0])
    size = x.shape[op.dim] if x.dim() else 1
    if any(not -size <= at < size for at in op.index):
        raise IndexError(f"an index of {op} is out of range for {tuple(x.shape)}")
    places = [at % size for at in op.index]
    return x.index_select(op.dim, torch.tensor(places, dtype=torch.long, device=x.device))


def _index(op: Any, x: torch.Tensor, *lists: torch.Tensor) -> torch.Tensor:
    index: dict[int, Any] = dict.fromkeys(range(x.dim()), slice(None))
    dims = list(op.dims)
    for each in lists:
        width = each.dim() if each.dtype == torch.bool else 1  # a mask is for several dims
        index[dims[0]] = each
        for dim in dims[1:width]:
            del index[dim]
        del dims[:width]
    return x[tuple(index.values())]


def _assign(op: Any, x: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    index: list[Any] = [slice(None)] * x.dim()
    for dim, *ends in op.part:
        index[dim] = ends[0] if len(ends) == 1 else slice(*ends)
    result = x if op.inplace else x.clone()
    if op.accumulate:
        result[tuple(index)] += values
    else:
        result[tuple(index)] = values
    return result


def _grid_sample(op: Any, image: torch.Tensor, grid: torch.Tensor) -> Any:
    # Without a word torch takes False, and warns.
    return F.grid_sample(image, grid, op.mode, op.padding_mode, bool(op.align_corners))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Slice": _slice,
    "Select": lambda op, x: x.select(op.dim, op.index),
    "Chunk": lambda op, x: torch.chunk(x, op.chunks, op.dim),
    "Split": _split,
    "TensorSplit": lambda op, x: torch.tensor_split(x, op.indices_or_sections, op.dim),
    "Unbind": lambda op, x: torch.unbind(x, op.dim),
    "Roll": lambda op, x: torch.roll(x, op.shifts, op.dims),
    "Flip": lambda op, x: x.flip(op.dims),
    "Repeat": lambda op, x: x.repeat(op.repeats),
    "RepeatInterleave": lambda op, x: x.repeat_interleave(op.repeats, op.dim),
    "Diagonal": lambda op, x: x.diagonal(op.offset, op.dim1, op.dim2),
    "UnfoldDim": lambda op, x: x.unfold(op.dimension, op.size, op.step),
    "AsStrided": lambda op, x: x.as_strided(op.size, op.stride, op.storage_offset),
    "Gather": lambda op, x, index: x.gather(op.dim, index),
    "TakeAlongDim": lambda op, x, index: x.take_along_dim(index, op.dim),
    "IndexSelect": _index_select,
    "Index": _index,
    "Assign": _assign,
    "Sort": lambda op, x: torch.sort(x, dim=op.dim, descending=op.descending, stable=op.stable),
    "Argsort": lambda op, x: torch.argsort(
        x, dim=op.dim, descending=op.descending, stable=op.stable
    ),
    "TopK": lambda op, x: torch.topk(x, op.k, op.dim, op.largest, op.sorted),
    "OneHot": lambda op, x: F.one_hot(x, op.num_classes),
    "GridSample": _grid_sample,
}
