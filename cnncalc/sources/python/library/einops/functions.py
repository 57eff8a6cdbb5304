"""`rearrange`, `reduce` and `repeat`: a pattern, as the torch operations that einops makes of it.

An axis is a name, or a number that counts it ("2" twice is two axes); a group is the list of the
axes that one dimension is made of, so that "1" is an empty group.
"""

import torch

__all__ = ["EinopsError", "rearrange", "reduce", "repeat"]


class EinopsError(RuntimeError):
    """A pattern that cannot be read, or that does not fit the tensor."""


def rearrange(tensor, pattern, **axes_lengths):
    """Reorder, split and join dimensions."""
    return _apply(_stacked(tensor), pattern, "rearrange", axes_lengths)


def reduce(tensor, pattern, reduction, **axes_lengths):
    """`rearrange`, and reduce over the axes that the right side leaves out."""
    return _apply(_stacked(tensor), pattern, reduction, axes_lengths)


def repeat(tensor, pattern, **axes_lengths):
    """`rearrange`, and repeat along the axes that only the right side has."""
    return _apply(_stacked(tensor), pattern, "repeat", axes_lengths)


def _stacked(tensor):
    if isinstance(tensor, list):
        if len(tensor) == 0:
            raise TypeError("Rearrange/Reduce/Repeat can't be applied to an empty list")
        return torch.stack(tensor)
    return tensor


def _apply(x, pattern, operation, lengths):
    """The operations in einops' order: split, permute, reduce, repeat, join."""
    left, right = _sides(pattern, len(x.shape))
    sizes = _sizes(left, right, x.shape, lengths, pattern)
    before = _flat(left)
    after = _flat(right)
    reduced = [axis for axis in before if axis not in after]
    added = [axis for axis in after if axis not in before]
    _check(pattern, operation, reduced, added)
    if [len(group) for group in left] != [1] * len(left):
        x = x.reshape([sizes[axis] for axis in before])
    order = [before.index(axis) for axis in after if axis not in added]
    order += [before.index(axis) for axis in reduced]
    if order != list(range(len(order))):
        x = x.permute(order)
    if reduced:
        x = _reduced(x, operation, list(range(len(before) - len(reduced), len(before))))
    if added:
        x = _expanded(x, after, added, sizes)
    if [len(group) for group in right] != [1] * len(right):
        x = x.reshape([_product([sizes[axis] for axis in group]) for group in right])
    return x


def _sides(pattern, dims):
    """The groups of both sides, with the dots replaced by as many axes as they stand for."""
    sides = pattern.split("->")
    if len(sides) != 2:
        raise EinopsError(f"a pattern has two sides: {pattern!r}")
    left = _groups(sides[0], "<")
    right = _groups(sides[1], ">")
    dots = ["..."] in left
    if not dots and "..." in sides[0]:
        raise EinopsError(f"the dots of the left side stand by themselves: {pattern!r}")
    if not dots and "..." in sides[1]:
        raise EinopsError(f"the dots are on the right side alone: {pattern!r}")
    rest = dims - len(left) + 1 if dots else 0
    if rest < 0 or (not dots and dims != len(left)):
        raise EinopsError(f"{pattern!r} does not fit a tensor of {dims} dimensions")
    names = [f"...{number}" for number in range(rest)]
    return _undotted(left, names), _undotted(right, names)


def _groups(side, mark):
    """The groups of one side: "b (h w) 1" is [["b"], ["h", "w"], []]."""
    groups = []
    inside = False
    for word in side.replace("(", " ( ").replace(")", " ) ").split():
        if word == "(" and not inside:
            inside = True
            groups.append([])
        elif word == ")" and inside:
            inside = False
        elif word in ("(", ")"):
            raise EinopsError(f"the parentheses do not match: {side!r}")
        else:
            if not inside:
                groups.append([])
            if word.isdecimal() and word != "1":
                word = f"{word}{mark}{len(groups)}.{len(groups[-1])}"
            if word == "..." and inside:
                word = "(...)"
            if word != "1":
                groups[-1].append(word)
    if inside:
        raise EinopsError(f"the parentheses do not match: {side!r}")
    return groups


def _undotted(groups, names):
    result = []
    for group in groups:
        if group == ["..."]:
            result += [[name] for name in names]
        elif "(...)" in group:
            at = group.index("(...)")
            result.append(group[:at] + names + group[at + 1 :])
        else:
            result.append(group)
    return result


def _flat(groups):
    axes = []
    for group in groups:
        axes += group
    if len(set(axes)) != len(axes):
        raise EinopsError(f"an axis stands twice on one side: {' '.join(axes)}")
    return axes


def _sizes(left, right, shape, lengths, pattern):
    """The size of each axis, by its number, its keyword, or the dimension that it is in."""
    sizes = {}
    for axis in _flat(left) + _flat(right):
        if axis in lengths:
            sizes[axis] = lengths[axis]
        elif axis[0].isdecimal():
            sizes[axis] = int(axis.replace(">", "<").split("<")[0])
    for name in lengths:
        if name not in sizes:
            raise EinopsError(f"Axis {name} is not used in transform {pattern!r}")
    for group, size in zip(left, shape):
        unknown = [axis for axis in group if axis not in sizes]
        if len(unknown) > 1:
            raise EinopsError(f"Could not infer sizes for {', '.join(unknown)} in {pattern!r}")
        known = _product([sizes[axis] for axis in group if axis in sizes])
        if size % known != 0 or (not unknown and size != known):
            raise EinopsError(f"a dimension of {size} does not fit ({' '.join(group)})")
        if unknown:
            sizes[unknown[0]] = size // known
    for axis in _flat(right):
        if axis not in sizes:
            raise EinopsError(f"the size of {axis} is needed in {pattern!r}")
    return sizes


def _check(pattern, operation, reduced, added):
    if reduced and operation in ("rearrange", "repeat"):
        raise EinopsError(f"the right side lacks {', '.join(reduced)}: {pattern!r}")
    if added and operation != "repeat":
        raise EinopsError(f"the left side lacks {', '.join(added)}: {pattern!r}")


def _reduced(x, operation, dims):
    if callable(operation):
        return operation(x, tuple(dims))
    if operation == "min":
        return x.amin(dim=tuple(dims))
    if operation == "max":
        return x.amax(dim=tuple(dims))
    if operation == "sum":
        return x.sum(dim=tuple(dims))
    if operation == "mean":
        return x.mean(dim=tuple(dims))
    if operation not in ("prod", "any", "all"):
        raise EinopsError(f"Unknown reduction {operation}")
    for dim in dims[::-1]:
        x = getattr(x, operation)(dim=dim)
    return x


def _expanded(x, axes, added, sizes):
    """The tensor with new axes, each repeated to its size."""
    shape = [-1] * len(axes)
    for at, axis in enumerate(axes):
        if axis in added:
            x = torch.unsqueeze(x, at)
            shape[at] = sizes[axis]
    return x.expand(shape)


def _product(sizes):
    result = 1
    for size in sizes:
        result *= size
    return result
