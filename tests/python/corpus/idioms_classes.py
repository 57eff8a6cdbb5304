# check: Described() @ 3x16x16
# check: Settings() @ 3x16x16
# check: Enumerated() @ 3x16x16
# check: Tuples() @ 3x16x16
# check: Setters() @ 3x16x16
# check: Contexts() @ 3x16x16
# check: make_named("small_net") @ 3x16x16
# check: Replaced() @ 3x16x16
# check: Library() @ 3x16x16
# check: Shallow() @ 3x16x16
# check: Teacher() @ 3x16x16
# check: Lists() @ 3x16x16
# check: Groups() @ 3x16x16
# check: Loaded() @ 3x16x16
"""Classes as configurations: descriptors, dicts with attributes, enumerations, contexts."""
import contextlib
import copy
import functools
import itertools
import json
import os
import sys
from collections import deque, namedtuple
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from enum import Enum, IntEnum, auto

import torch
from torch import nn


class Even:
    """A number that is rounded up to an even one."""

    def __set_name__(self, owner, name):
        self.key = "_" + name

    def __get__(self, owner, kind=None):
        if owner is None:
            return self
        return getattr(owner, self.key)

    def __set__(self, owner, value):
        setattr(owner, self.key, value + value % 2)


class Positive:
    def __set_name__(self, owner, name):
        self.name = name

    def __set__(self, owner, value):
        if value <= 0:
            raise ValueError(self.name)
        owner.__dict__[self.name] = value * 2


class Twice:
    def __init__(self, amount):
        self.amount = amount

    def __get__(self, owner, kind):
        return 2 * self.amount


class Options:
    width = Even()
    depth = Twice(2)

    def __init__(self, width):
        self.width = width


class Described(nn.Module):
    hidden = Even()
    steps = Positive()
    factor = Twice(3)
    fixed = Twice(1)

    def __init__(self):
        super().__init__()
        options = Options(7)
        self.hidden = 5
        self.steps = 1
        self.fixed = 5
        self.stem = nn.Conv2d(3, options.width, 3)
        self.mid = nn.Conv2d(options.width, self.hidden * self.factor, 1)
        self.more = nn.ModuleList(
            nn.Conv2d(self.hidden * self.factor, self.hidden * self.factor, self.fixed, padding=2)
            for _ in range(self.steps + Described.fixed + Options.depth)
        )

    def forward(self, x):
        x = self.mid(self.stem(x))
        for each in self.more:
            x = each(x)
        return x


class AttrDict(dict):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.__dict__ = self


class DotDict(dict):
    __getattr__ = dict.get
    __setattr__ = dict.__setitem__
    __delattr__ = dict.__delitem__


class Strict(dict):
    __getattr__ = dict.__getitem__


class Nested(dict):
    """Inner dicts get attributes as well."""

    def __init__(self, values):
        for key, value in values.items():
            self[key] = Nested(value) if isinstance(value, dict) else value

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name)

    def __setattr__(self, name, value):
        self[name] = value


class Fallback(dict):
    def __missing__(self, key):
        return len(key)


class Settings(nn.Module):
    def __init__(self):
        super().__init__()
        a = AttrDict(width=8, kernel=3)
        a.depth = 2
        a["stride"] = 1
        d = DotDict({"width": a.width, "gone": 1})
        d.out = 12
        del d.gone
        s = Strict(groups=2)
        n = Nested({"head": {"classes": 10, "drop": {"p": 0.5}}, "name": "x"})
        n.head.classes = 6
        assert isinstance(n, dict) and len(d) == 2 and "out" in d and d.missing is None
        assert type(n).__name__ == "Nested" and issubclass(Nested, dict) and d.gone is None
        self.stem = nn.Conv2d(3, **{"out_channels": d["width"]}, kernel_size=a.kernel, stride=a.stride)
        self.body = nn.Sequential(*[nn.Conv2d(8, d.width, 1, groups=s.groups) for _ in range(a["depth"])])
        other = copy.deepcopy(n)
        other.head.classes = 99
        merged = AttrDict(**d)
        merged.update({"extra": 3}, k=Fallback()["abc"])
        self.tail = nn.Conv2d(8, merged.out, merged.k)
        self.names = [k for k, v in sorted(merged.items())]
        self.drop = nn.Dropout(n.head.drop.p)
        self.head = nn.Linear(12, n.head.classes + len(self.names) + (0 if hasattr(n, "no") else 1))

    def forward(self, x):
        x = self.tail(self.body(self.stem(x)))
        return self.head(self.drop(x.mean((2, 3))))


class Kind(str, Enum):
    RELU = "relu"
    GELU = "gelu"


class Widths(IntEnum):
    SMALL = 4
    LARGE = auto()
    BIG = 5


class Act(Enum):
    LEAKY = (0.2, "leaky")
    PLAIN = (0.0, "plain")

    def __init__(self, slope, label):
        self.slope = slope
        self.label = label


class Enumerated(nn.Module):
    def __init__(self, act="gelu"):
        super().__init__()
        table = {"relu": nn.ReLU, "gelu": nn.GELU}
        self.stem = nn.Conv2d(3, Widths.LARGE * 2, 3)
        self.act = table[Kind(act)]()
        self.again = nn.ReLU() if Kind.RELU == "relu" and Kind.RELU in ("relu",) else nn.Tanh()
        self.more = nn.ModuleList(nn.Conv2d(10, 10, int(w), padding="same") for w in Widths)
        self.leaky = nn.LeakyReLU(Act.LEAKY.slope)
        assert Widths.BIG is Widths.LARGE and len(Widths) == 2 and isinstance(Kind.GELU, str)

    def forward(self, x):
        x = self.again(self.act(self.stem(x)))
        for each in self.more:
            x = each(x)
        return self.leaky(x)


class Plan(namedtuple("Plan", "width kernel")):
    __slots__ = ()

    def pad(self):
        return self.kernel // 2


class Filled(namedtuple("Filled", ["width", "depth"])):
    def __new__(cls, width, depth=None):
        return super().__new__(cls, width, width // 4 if depth is None else depth)


class Size(tuple):
    def __new__(cls, value):
        return super().__new__(cls, (value, value))

    @property
    def pad(self):
        return self[0] // 2


Sparse = namedtuple("Sparse", "out k")
Sparse.__new__.__defaults__ = (None,) * len(Sparse._fields)


class Tuples(nn.Module):
    def __init__(self):
        super().__init__()
        plan = Plan(8, kernel=5)
        width, kernel = plan
        filled = Filled(plan.width)
        sparse = Sparse(out=8)
        assert sparse.k is None and Sparse().out is None
        size = Size(3)
        self.stem = nn.Conv2d(3, width, kernel, padding=plan.pad())
        self.body = nn.Sequential(*(nn.Conv2d(filled.width, sparse.out, 3, 1, 1) for _ in range(filled.depth)))
        self.tail = nn.Conv2d(8, plan._replace(width=9).width, tuple(size), padding=size.pad)

    def forward(self, x):
        return self.tail(self.body(self.stem(x)))


class Setters(nn.Module):
    def __init__(self):
        super().__init__()
        self.width = 6
        self.conv = nn.Conv2d(3, self.width, 3)

    @property
    def width(self):
        return self._width

    @width.setter
    def width(self, value):
        self._width = value * 2

    def forward(self, x):
        return self.conv(x)


@contextmanager
def widened(net, by):
    before = net.width
    net.width = before * by
    try:
        yield net.width
    finally:
        net.width = before


@contextmanager
def noted(notes, word):
    notes.append(word)
    yield
    notes.append("end " + word)


class Contexts(nn.Module):
    def __init__(self):
        super().__init__()
        self.width = 4
        notes = []
        with suppress(KeyError, IndexError):
            self.first = nn.Conv2d(3, {"a": 4}["b"], 3)
        with widened(self, 3) as wide, noted(notes, "wide"):
            self.stem = nn.Conv2d(3, self.width, 3)
            assert wide == 12
        with contextlib.nullcontext(5) as k, contextlib.ExitStack() as stack:
            stack.enter_context(noted(notes, "inner"))
            self.tail = nn.Conv2d(12, self.width, k)
        self.more = nn.ModuleList(nn.Conv2d(4, 4, 1) for _ in notes)
        try:
            with widened(self, 2):
                raise ValueError(self.width)
        except ValueError as error:
            self.last = nn.Conv2d(4, error.args[0] + self.width, 1)

    def forward(self, x):
        x = self.tail(self.stem(x))
        for each in self.more:
            x = each(x)
        return self.last(x)


ENTRIES = {}


def entry(fn):
    module = sys.modules[fn.__module__]
    ENTRIES[fn.__name__] = getattr(module, fn.__name__, fn)
    name = fn.__module__.split(".")
    ENTRIES[name[-1] + "/" + fn.__name__] = fn
    return fn


@entry
def small_net(width=6):
    return nn.Sequential(nn.Conv2d(3, width, 3), nn.ReLU())


def make_named(name):
    return ENTRIES[name]() if len(ENTRIES) == 2 else None


@dataclass
class Inner:
    k: int = 3


@dataclass
class Outer:
    width: int = 4
    inner: Inner = field(default_factory=Inner)
    hidden: int = field(init=False)

    def __post_init__(self):
        self.hidden = self.width * 2


class Replaced(nn.Module):
    def __init__(self):
        super().__init__()
        options = Outer()
        options.note = "kept apart"
        wider = replace(options, width=6)
        plain = asdict(wider)
        self.stem = nn.Conv2d(3, wider.hidden, plain["inner"]["k"])
        self.tail = nn.Conv2d(12, plain["hidden"] + len(plain), 1)
        self.note = hasattr(wider, "note")

    def forward(self, x):
        return self.tail(self.stem(x)) if not self.note else x


@functools.singledispatch
def width_of(value):
    return 1


@width_of.register
def _(value: int):
    return value * 2


@width_of.register(str)
def _(value):
    return len(value)


@width_of.register(list)
@width_of.register(tuple)
def _(value):
    return sum(value)


class Library(nn.Module):
    def __init__(self):
        super().__init__()
        last = deque([3, 8, 12], maxlen=3)
        last.append(16)
        config = json.loads('{"layers": [{"out": 8, "k": 3}, {"out": 6, "k": 1}], "bias": false}')
        text = "a-b".translate(str.maketrans("-", "_")) + os.path.splitext(os.path.basename("x/net.py"))[0]
        self.stem = nn.Conv2d(3, last[-1], "abc".__len__())
        self.mid = nn.Conv2d(last[2], config["layers"][0]["out"], config["layers"][0]["k"], bias=config["bias"])
        self.tail = nn.Conv2d(8, width_of(3) + width_of("four") + width_of((1, 2)) + width_of(2.5), 1)
        self.add_module(text, nn.Conv2d(14, (3).__add__(4), 1))
        self.text = text

    def forward(self, x):
        return getattr(self, self.text)(self.tail(self.mid(self.stem(x))))


class Shallow(nn.Module):
    """A shallow copy has the same tensors: they are counted once."""

    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(3, 3, 3, padding=1)
        self.two = copy.copy(self.one)
        self.three = copy.deepcopy(self.one)

    def forward(self, x):
        return self.three(self.two(self.one(x)))


class Teacher(nn.Module):
    """What is put in the object past `Module` is no part of it."""

    def __init__(self):
        super().__init__()
        object.__setattr__(self, "teacher", nn.Conv2d(3, 50, 1))
        self.__dict__["other"] = nn.Conv2d(3, 40, 1)
        self.student = nn.Conv2d(3, self.teacher.out_channels // 10, 1)

    def forward(self, x):
        return self.student(x)


class Stack(list):
    def push(self, *layers):
        self.extend(layers)
        return self

    def net(self):
        return nn.Sequential(*self)


class Lists(nn.Module):
    sizes = [3, 4, 5]
    made = [n * 2 for n in sizes]

    def __init__(self):
        super().__init__()
        stack = Stack()
        for a, b in zip([3] + self.made, self.made):
            stack.push(nn.Conv2d(a, b, 1), nn.ReLU())
        stack.append(nn.Conv2d(stack[-2].out_channels, len(stack), 1))
        self.net = stack.net()
        names = [each.__name__ for each in type(self).__mro__]
        self.last = nn.Conv2d(6, len(names), 1)

    def forward(self, x):
        return self.last(self.net(x))


class Groups(nn.Module):
    def __init__(self, plan="aabbb"):
        super().__init__()
        layers, width = [], 3
        for letter, run in itertools.groupby(plan):
            wide = {"a": 4, "b": 6}[letter]
            for _ in run:
                layers.append(nn.Conv2d(width, wide, 1))
                width = wide
        ends = [k for k, _ in itertools.groupby([1, 1, 2, 3, 3], key=lambda n: n // 2)]
        self.net = nn.Sequential(*layers, nn.Conv2d(width, sum(ends) + 4, 1))

    def forward(self, x):
        return self.net(x)


def Loaded(path="no-such-file.pth"):
    net = nn.Sequential(nn.Conv2d(3, 4, 3))
    if os.path.isfile(path):
        print("loading", path)
        net.load_state_dict(torch.load(path))
    return net
