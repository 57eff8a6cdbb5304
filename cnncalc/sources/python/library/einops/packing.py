"""`pack`, `unpack`, `einsum` and `parse_shape`."""

import torch
from einops.functions import EinopsError

__all__ = ["einsum", "pack", "parse_shape", "unpack"]

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def einsum(*tensors_and_pattern):
    """`torch.einsum` with words in place of letters; the pattern comes last."""
    tensors, pattern = tensors_and_pattern[:-1], tensors_and_pattern[-1]
    if not tensors or not isinstance(pattern, str):
        raise ValueError("einsum takes tensors, and a pattern as its last argument")
    left, right = pattern.split("->")
    letters = {"...": "..."}
    terms = []
    for term in left.split(","):
        for word in term.split():
            if word not in letters:
                letters[word] = _LETTERS[len(letters) - 1]
        terms.append("".join([letters[word] for word in term.split()]))
    for word in right.split():
        if word not in letters:
            raise EinopsError(f"Unknown axis {word} on right side of einsum {pattern}.")
    result = "".join([letters[word] for word in right.split()])
    return torch.einsum(",".join(terms) + "->" + result, *tensors)


def _around(pattern):
    """How many axes stand before the star, and how many behind it."""
    axes = pattern.split()
    if axes.count("*") != 1:
        raise EinopsError(f"a pattern has one star: {pattern!r}")
    before = axes.index("*")
    return before, len(axes) - before - 1


def pack(tensors, pattern):
    """The tensors one behind the other, with all axes at the star joined; and their shapes."""
    before, behind = _around(pattern)
    flat = []
    shapes = []
    for tensor in tensors:
        shape = tensor.shape
        end = len(shape) - behind
        if end < before:
            raise EinopsError(f"{pattern!r} does not fit a tensor of {len(shape)} dimensions")
        shapes.append(shape[before:end])
        flat.append(tensor.reshape((*shape[:before], -1, *shape[end:])))
    return torch.cat(flat, dim=before), shapes


def unpack(tensor, packed_shapes, pattern):
    """The tensors that were packed; one shape may hold a -1."""
    before, behind = _around(pattern)
    if len(tensor.shape) != before + 1 + behind:
        raise EinopsError(f"{pattern!r} does not fit a tensor of {len(tensor.shape)} dimensions")
    sizes = [-1 if -1 in shape else _product(shape) for shape in packed_shapes]
    if sizes.count(-1) > 1:
        raise EinopsError(f"more than one -1 in {packed_shapes}")
    if -1 in sizes:
        sizes[sizes.index(-1)] = tensor.shape[before] - sum(sizes) - 1
    parts = []
    start = 0
    for size, shape in zip(sizes, packed_shapes):
        place = (slice(None),) * before + (slice(start, start + size),)
        part = tensor[place]
        parts.append(part.reshape((*tensor.shape[:before], *shape, *tensor.shape[before + 1 :])))
        start += size
    if start > tensor.shape[before]:
        raise EinopsError(f"{packed_shapes} are more than {tensor.shape[before]}")
    return parts


def parse_shape(x, pattern):
    """The sizes of a tensor's dimensions by their names; "_" leaves one out."""
    names = pattern.split()
    if "..." in names:
        at = names.index("...")
        dots = ["_"] * (len(x.shape) - len(names) + 1)
        names = names[:at] + dots + names[at + 1 :]
    if len(names) != len(x.shape):
        raise EinopsError(f"{pattern!r} does not fit a tensor of {len(x.shape)} dimensions")
    return {name: size for name, size in zip(names, x.shape) if name != "_"}


def _product(sizes):
    result = 1
    for size in sizes:
        result *= size
    return result
