# Each case asks for more time or memory than there is. The test puts the start below before
# each case, and the model at the end behind those that have none of their own. The width of the
# model hangs on what is asked for; where a case says `ends: any`, there is a way to know it
# (or it is not needed), and the model may also be read, with 4 channels.

# start
import itertools
import math
import time
from functools import reduce

import torch
from torch import nn

WIDTH = 4


# case: for ever
while True:
    pass

# case: for ever in __init__
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        n = 0
        while n >= 0:
            n += 1
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x)


# case: for ever in forward
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x):
        while x.shape[1] == 3:
            x = self.conv(x)
        return x


# case: for ever without a layer
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x):
        while x.dim() == 4:
            x = x.view(x.size())
        return self.conv(x)


# case: loops in loops
total = 0
for a in range(10000):
    for b in range(10000):
        total += a * b
WIDTH = total % 7 + 1

# case: sleep
# ends: any
time.sleep(1000)

# case: input
# ends: any
name = input("name? ")

# case: recursion
def down(n):
    return down(n + 1)


WIDTH = down(0)

# case: mutual recursion
def ping(n):
    return pong(n + 1)


def pong(n):
    return ping(n + 1)


WIDTH = ping(0)

# case: recursion that spreads
def spread(n):
    return 1 if n == 0 else spread(n - 1) + spread(n - 1)


WIDTH = spread(60) % 5

# case: recursion of lambdas
again = lambda f: f(f)
WIDTH = again(again)

# case: recursion of a property
class Options:
    @property
    def width(self):
        return self.width


WIDTH = Options().width

# case: recursion of __getattr__
class Options:
    def __getattr__(self, name):
        return getattr(self, name + "_")


WIDTH = Options().width

# case: a model that holds itself
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Net()

    def forward(self, x):
        return self.inner(x)


# case: a model that calls itself
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x):
        return self(self.conv(x))


# case: a model that registers itself
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.self = self

    def forward(self, x):
        for each in self.modules():
            x = each(x)
        return x


# case: a list that holds itself
# ends: any
loop = []
loop.append(loop)
text = str(loop)
same = loop == [loop]

# case: a power
WIDTH = 10**10**10 % 7

# case: a power in an unused name
# ends: any
HUGE = 10**10**10

# case: a power by steps
n = 2
for _ in range(64):
    n = n * n
WIDTH = n % 7 + 1

# case: a power of a float
# ends: any
WIDTH = int(4 + 0.0 ** 10**400)

# case: pow
WIDTH = pow(3, 10**9) % 7

# case: pow with a modulus
# ends: any
WIDTH = pow(3, 10**9, 7)

# case: a shift
WIDTH = (2 << 10**10) % 7

# case: a negative power of a negative
# ends: any
WIDTH = 4 if (-7) ** -(10**9) == 0 else 4

# case: a product
WIDTH = reduce(lambda a, b: a * b, range(1, 10**7)) % 7

# case: factorial
WIDTH = math.factorial(10**7) % 7

# case: comb
WIDTH = math.comb(10**7, 5 * 10**6) % 7

# case: perm
WIDTH = math.perm(10**7) % 7

# case: lcm
WIDTH = math.lcm(*range(1, 10**6)) % 7

# case: prod
WIDTH = math.prod(range(1, 10**7)) % 7

# case: round
WIDTH = round(1, -10**10) + 4

# case: digits to a number
WIDTH = int("9" * 10**6) % 7

# case: a number to digits
WIDTH = len(str(1 << 10**6)) % 7

# case: formatting many digits
WIDTH = int(f"{7**200000:d}"[-1])

# case: a huge float
# ends: any
WIDTH = int(1e308 * 10 > 0) + 3

# case: int of infinity
WIDTH = int(float("inf"))

# case: a repeated string
WIDTH = len("a" * 10**10) % 7

# case: a repeated list
WIDTH = len([0] * 10**10) % 7

# case: a repeated tuple
WIDTH = len((0,) * 10**10) % 7

# case: repeated bytes
WIDTH = len(b"a" * 10**10) % 7

# case: bytes
WIDTH = len(bytes(10**10)) % 7

# case: bytearray
WIDTH = len(bytearray(10**10)) % 7

# case: a list of a range
WIDTH = len(list(range(10**12))) % 7

# case: the sum of a range
# ends: any
WIDTH = sum(range(10**12)) % 7 + 4

# case: the largest of a range
# ends: any
WIDTH = max(range(10**12)) % 7 + 4

# case: a number that is not in a range
# ends: any
WIDTH = 4 if 0.5 not in range(10**12) else 8

# case: a sorted range
WIDTH = sorted(range(10**12), reverse=True)[0] % 7

# case: an unpacked range
first, *rest = range(10**12)
WIDTH = len(rest) % 7

# case: star arguments
WIDTH = max(*range(10**12)) % 7

# case: any
WIDTH = 4 + any(n < 0 for n in itertools.count())

# case: join
WIDTH = len("".join("a" for _ in itertools.repeat(0))) % 7

# case: doubling a list
a = [0]
for _ in range(60):
    a += a
WIDTH = len(a) % 7

# case: doubling a list of lists
# ends: any
a = [0]
for _ in range(60):
    a = [a, a]
WIDTH = 4 + (a == [])

# case: comparing doubled lists
a, b = [0], [0]
for _ in range(60):
    a, b = [a, a], [b, b]
WIDTH = 4 if a == b else 8

# case: printing doubled lists
a = [0]
for _ in range(60):
    a = [a, a]
WIDTH = len(f"{a}") % 7

# case: copying doubled lists
# ends: any
import copy
a = [0]
for _ in range(60):
    a = [a, list(a)]
WIDTH = 4 + (copy.deepcopy(a) == [])

# case: flattening doubled tuples
# ends: any
a = (0,)
for _ in range(60):
    a = (a, a)
WIDTH = 4 if hash(a) else 4

# case: doubling a string
a = "a"
for _ in range(60):
    a += a
WIDTH = len(a) % 7

# case: doubling a dict
# ends: any
a = {0: 0}
for n in range(60):
    a = {**a, n: a}
WIDTH = 4 + (a == {})

# case: doubling a sequence of layers
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        net = nn.Sequential(nn.ReLU())
        for _ in range(40):
            net = nn.Sequential(net, net)
        self.net = net

    def forward(self, x):
        return self.net(x)


# case: the width of an f-string
WIDTH = len(f"{1:10000000000}") % 7

# case: a nested width of an f-string
WIDTH = len(f"{1:{10**10}}") % 7

# case: the precision of an f-string
WIDTH = len(f"{1.5:.999999999f}") % 7

# case: the width in a percent format
WIDTH = len("%1000000000d" % 1) % 7

# case: a star width in a percent format
WIDTH = len("%*d" % (10**9, 1)) % 7

# case: the width in str.format
WIDTH = len("{:>9999999999}".format(1)) % 7

# case: the width in format
WIDTH = len(format(1, "9999999999")) % 7

# case: many formats
a = "a"
for _ in range(60):
    a = "{0}{0}".format(a)
WIDTH = len(a) % 7

# case: ljust
WIDTH = len("x".ljust(10**10)) % 7

# case: zfill
WIDTH = len("x".zfill(10**10)) % 7

# case: center
WIDTH = len("x".center(10**10, "-")) % 7

# case: replace
a = "a" * 10**5
WIDTH = len(a.replace("a", a).replace("a", a)) % 7

# case: replace of nothing
WIDTH = len(("a" * 10**5).replace("", "b" * 10**6)) % 7

# case: join by a long string
WIDTH = len(("a" * 10**6).join(["b"] * 10**5)) % 7

# case: expandtabs
WIDTH = len("\t\t\t".expandtabs(10**9)) % 7

# case: translate
WIDTH = len(("a" * 10**5).translate({97: "b" * 10**6})) % 7

# case: split and splitlines
WIDTH = len(("a," * 10**8).split(",")) % 7

# case: a regular expression
# ends: any
import re
WIDTH = 4 if re.match(r"(a+)+$", "a" * 60 + "b") is None else 8

# case: to_bytes
WIDTH = len((1).to_bytes(10**10, "big")) % 7

# case: products of products
WIDTH = len(list(itertools.product(range(100), repeat=10))) % 7

# case: permutations
WIDTH = sum(1 for _ in itertools.permutations(range(20))) % 7

# case: combinations
WIDTH = len(list(itertools.combinations(range(100), 50))) % 7

# case: cycle
WIDTH = len(list(itertools.cycle([1]))) % 7

# case: repeat
WIDTH = sum(itertools.repeat(1, 10**12)) % 7

# case: zip without an end
WIDTH = len(list(zip(itertools.count(), itertools.count()))) % 7

# case: a dict of ten million
WIDTH = len({n: n for n in range(10**7)}) % 7

# case: a set of ten million
WIDTH = len({n * n for n in range(10**7)}) % 7

# case: fromkeys
WIDTH = len(dict.fromkeys(range(10**9))) % 7

# case: a generator without an end
def count():
    n = 0
    while True:
        yield n
        n += 1


WIDTH = max(count())

# case: a generator of generators
def count(n):
    yield from count(n + 1)


WIDTH = next(count(0))

# case: appending to what is walked
a = [1]
for each in a:
    a.append(each + 1)
WIDTH = len(a)

# case: iter with a sentinel
WIDTH = len(list(iter(lambda: 0, 1))) % 7

# case: __iter__ without an end
class Forever:
    def __iter__(self):
        return self

    def __next__(self):
        return 0


WIDTH = len(list(Forever()))

# case: __getitem__ without an end
class Forever:
    def __getitem__(self, n):
        return n


WIDTH = len(list(Forever()))

# case: a slice
WIDTH = len(([0] * 1000)[:10**12:1] * 10**9) % 7

# case: slices assigned
a = [0]
for _ in range(60):
    a[len(a):] = a
WIDTH = len(a) % 7

# case: a linspace
WIDTH = len(torch.linspace(0, 1, 10**10).tolist()) % 7

# case: an arange
WIDTH = sum(int(n) for n in torch.arange(10**10)) % 7

# case: numpy
import numpy as np
WIDTH = int(np.arange(10**10).sum()) % 7

# case: a large constant tensor
# ends: any
zeros = torch.zeros(10**6, 10**6)

# case: cumulative constants
WIDTH = int(torch.ones(10**5, 10**5).cumsum(0).cumsum(1)[-1, -1]) % 7

# case: a tensor of many dims
# ends: any
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        x = self.conv(x)
        for _ in range(2000):
            x = x.unsqueeze(0)
        return x


# case: a tensor that grows
# ends: any
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        x = self.conv(x)
        for _ in range(200):
            x = torch.cat([x, x], 1)
        return x


# case: a convolution of a huge size
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 10**400, 3)

    def forward(self, x):
        return self.conv(x)


# case: many pieces
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 10**7, 1)

    def forward(self, x):
        return torch.cat(self.conv(x).split(1, dim=1)[::-1], 1)


# case: sixty thousand layers
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(*[nn.ReLU() for _ in range(60_000)])

    def forward(self, x):
        return self.net(x)


# case: one layer a million times
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x):
        for _ in range(10**6):
            x = self.conv(x)
        return x


# case: many layers that are not used
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.unused = nn.ModuleList([nn.Linear(1, 1) for _ in range(10**6)])
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x)


# case: a deep chain of modules
class Wrap(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        inner = nn.ReLU()
        for _ in range(20000):
            inner = Wrap(inner)
        self.inner = inner

    def forward(self, x):
        return self.inner(x)


# case: a deep chain of closures
chain = lambda: 4
for _ in range(20000):
    chain = (lambda inner: lambda: inner())(chain)
WIDTH = chain()

# case: a deep chain of partials
# ends: any
from functools import partial
chain = int
for _ in range(20000):
    chain = partial(chain)
WIDTH = chain(4)

# case: a deep chain of generators
chain = iter([4])
for _ in range(20000):
    chain = (each for each in chain)
WIDTH = next(chain)

# case: many classes
for n in range(10**6):
    class Other(nn.Module):
        pass
WIDTH = 4

# case: a long chain of bases
Base = object
for n in range(20000):
    class Base(Base):
        width = 4
WIDTH = Base.width

# case: bases that are a diamond
# ends: any
A = object
for n in range(40):
    class B(A):
        pass

    class C(A):
        pass

    class A(B, C):
        width = 4
WIDTH = A.width

# case: exceptions in a loop
while True:
    try:
        raise ValueError
    except ValueError:
        continue

# case: finally that goes on
for _ in itertools.count():
    try:
        break
    finally:
        continue

# case: keyboard interrupts
while True:
    try:
        raise KeyboardInterrupt
    except BaseException:
        pass

# case: match in a loop
def count():
    n = 0
    while n < 10**12:
        match n:
            case int():
                n += 1
    return n


WIDTH = count() % 7

# case: patterns that backtrack
def rows(a):
    n = 0
    while a:
        n += 1
        match a:
            case [[0, *_, 1], *_]:
                a = []
    return n


WIDTH = rows([[0] * 20] * 20)

# end
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, WIDTH, 3)

    def forward(self, x):
        return self.conv(x)
