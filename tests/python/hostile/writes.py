# Each case writes a file if any of it is run. The test puts the start below before each case,
# and the model at the end of this file behind those that have none of their own. A case that
# gives WIDTH decides the model's channels by what would write; it is 4 where it is run.

# start
import torch
from torch import nn

MARK = "__MARK__"
WIDTH = 4


def write(*args, **kwargs):
    with open(MARK, "a") as file:
        file.write("ran")
    return args[0] if args else 4


# case: open in the module body
open(MARK, "w").write("ran")

# case: a call in the module body
write()

# case: a width from a call
WIDTH = write(4)

# case: print to a file
print("ran", file=open(MARK, "w"))

# case: pathlib
from pathlib import Path
Path(MARK).write_text("ran")

# case: pathlib by operators
import pathlib
(pathlib.Path("/") / MARK.lstrip("/")).touch()

# case: os.system
import os
os.system(f"touch {MARK}")

# case: os.popen
import os
os.popen("touch " + MARK).read()

# case: os.open
import os
os.close(os.open(MARK, os.O_CREAT | os.O_WRONLY))

# case: os.mkdir
from os import *
mkdir(MARK)

# case: os.environ and expandvars
import os
os.environ["HOSTILE"] = MARK
open(os.path.expandvars("$HOSTILE"), "w").close()

# case: subprocess
import subprocess
subprocess.run(["touch", MARK])

# case: a shell
import subprocess as sp
WIDTH = int(sp.check_output(f"touch {MARK}; echo 4", shell=True))

# case: eval
eval("write()")

# case: eval decides a width
WIDTH = eval("write(4)")

# case: exec
exec("open(MARK, 'w').close()")

# case: compile
exec(compile("write()", "<text>", "exec"))

# case: __import__
__import__("os").system("touch " + MARK)

# case: importlib
import importlib
importlib.import_module("os").system("touch " + MARK)

# case: runpy
import pathlib, runpy, tempfile
folder = tempfile.mkdtemp()
script = pathlib.Path(folder) / "script.py"
script.write_text(f"open({MARK!r}, 'w').close()")
runpy.run_path(str(script))

# case: timeit
import timeit
timeit.timeit(f"open({MARK!r}, 'w').close()", number=1)

# case: ctypes
import ctypes
ctypes.CDLL(None).creat(MARK.encode(), 0o644)

# case: pickle
import os, pickle


class Bomb:
    def __reduce__(self):
        return os.system, (f"touch {MARK}",)


pickle.loads(pickle.dumps(Bomb()))

# case: pickled text
import pickle
pickle.loads(b"cos\nsystem\n(S'touch " + MARK.encode() + b"'\ntR.")

# case: marshal and types
import marshal, types
code = marshal.loads(marshal.dumps(compile("write()", "<text>", "exec")))
types.FunctionType(code, globals())()

# case: yaml
import yaml
WIDTH = yaml.unsafe_load(f"!!python/object/apply:os.system ['touch {MARK}']") + 4

# case: sqlite
import sqlite3
with sqlite3.connect(MARK) as base:
    base.execute("create table t (x)")

# case: logging
import logging
logging.FileHandler(MARK).emit(logging.makeLogRecord({"msg": "ran"}))

# case: zipfile
import zipfile
zipfile.ZipFile(MARK, "w").close()

# case: shutil
import shutil, sys
shutil.copy(sys.executable, MARK)

# case: numpy
import numpy as np
np.save(open(MARK, "wb"), np.zeros(3))

# case: torch.save
torch.save({"width": 4}, MARK)

# case: torch.save of a model
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        torch.save(self.state_dict(), MARK)

    def forward(self, x):
        return self.conv(x)


# case: builtins by name
import builtins
getattr(builtins, "op" + "en")(MARK, "w").close()

# case: __builtins__
found = __builtins__ if isinstance(__builtins__, dict) else vars(__builtins__)
found["open"](MARK, "w").close()

# case: globals
globals()["wri" + "te"]()

# case: vars and a table
WIDTH = {"a": vars()["write"]}["a"](4)

# case: __globals__
write.__globals__["write"]()

# case: __subclasses__
found = [each for each in object.__subclasses__() if each.__name__ == "_wrap_close"]
found[0].__init__.__globals__["system"]("touch " + MARK)

# case: type and __mro__
for each in type(MARK).__mro__[-1].__subclasses__():
    if each.__name__ == "_wrap_close":
        each.__init__.__globals__["system"]("touch " + MARK)

# case: __class__ of a number
for each in (4).__class__.__base__.__subclasses__():
    if each.__name__ == "_wrap_close":
        WIDTH = 4 + each.__init__.__globals__["system"]("touch " + MARK)

# case: torch's own modules
torch.serialization.os.system("touch " + MARK)

# case: a module's module
import random
random._os.system("touch " + MARK)

# case: sys.modules
import sys
sys.modules["os"].system("touch " + MARK)

# case: a function decorator
@write
def decorated():
    return 4

# case: a decorator with arguments
def decorate(path):
    open(path, "w").close()
    return lambda fn: fn


@decorate(MARK)
def width():
    return 4


WIDTH = width()

# case: a class decorator
@write
class Other(nn.Module):
    pass

# case: a decorator on the model
def register(cls):
    write()
    return cls


@register
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x)


# case: a default argument
def build(width=write(4)):
    return width

# case: a default of a keyword
class Net(nn.Module):
    def __init__(self, *, width=write(4)):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)

    def forward(self, x):
        return self.conv(x)


# case: a default of a lambda
WIDTH = (lambda width=write(4): width)()

# case: an annotation of a variable
number: write() = 3

# case: annotations of a function
def build(width: write() = 4) -> write():
    return width


WIDTH = build()

# case: an annotation of an attribute
class Options:
    width: write() = 4


WIDTH = Options.width

# case: get_type_hints
import typing


def build(width: "write(4)"):
    return width


typing.get_type_hints(build)

# case: a base class
class Options(write(object)):
    width = 4


WIDTH = Options.width

# case: the body of a class
class Options:
    width = 4
    open(MARK, "w").close()


WIDTH = Options.width

# case: the body of the model
class Net(nn.Module):
    write()

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x)


# case: __init__
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        open(MARK, "w").close()
        self.conv = nn.Conv2d(3, write(4), 3)

    def forward(self, x):
        return self.conv(x)


# case: forward
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        with open(MARK, "a") as log:
            print(x.shape, file=log)
        return self.conv(x)


# case: forward prints to a log
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.log = open(MARK, "w")

    def forward(self, x):
        self.log.write(str(x.mean()))
        return self.conv(x)


# case: a forward hook
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.conv.register_forward_hook(write)

    def forward(self, x):
        return self.conv(x)


# case: __call__ of the model
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def __call__(self, x):
        write()
        return super().__call__(x)

    def forward(self, x):
        return self.conv(x)


# case: __setattr__ of the model
class Net(nn.Module):
    def __setattr__(self, name, value):
        write()
        super().__setattr__(name, value)

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x)


# case: __getattr__ of the model
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def __getattr__(self, name):
        write()
        return super().__getattr__(name)

    def forward(self, x):
        return self.conv(x)


# case: __new__ of the model
class Net(nn.Module):
    def __new__(cls, *args, **kwargs):
        write()
        return super().__new__(cls)

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x)


# case: __del__
class Options:
    width = 4

    def __del__(self):
        open(MARK, "w").close()


options = Options()
WIDTH = options.width
del options

# case: a metaclass
class Meta(type):
    def __new__(mcs, name, bases, body):
        write()
        return super().__new__(mcs, name, bases, body)


class Options(metaclass=Meta):
    width = 4


WIDTH = Options.width

# case: __call__ of a metaclass
class Meta(type):
    def __call__(cls, *args, **kwargs):
        write()
        return super().__call__(*args, **kwargs)


class Net(nn.Module, metaclass=Meta):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x)


# case: __prepare__
class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases):
        write()
        return {}


class Options(metaclass=Meta):
    width = 4


WIDTH = Options.width

# case: __getattr__ of a metaclass
class Meta(type):
    def __getattr__(cls, name):
        return write(4)


class Options(metaclass=Meta):
    pass


WIDTH = Options.width

# case: __init_subclass__
class Base(nn.Module):
    def __init_subclass__(cls, **options):
        write()
        super().__init_subclass__(**options)


class Net(Base):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x)


# case: __set_name__
class Field:
    def __set_name__(self, owner, name):
        write()


class Options:
    width = 4
    other = Field()


WIDTH = Options.width

# case: a descriptor
class Field:
    def __get__(self, instance, owner):
        return write(4)


class Options:
    width = Field()


WIDTH = Options.width

# case: a property
class Options:
    @property
    def width(self):
        return write(4)


WIDTH = Options().width

# case: a setter
class Options:
    @property
    def width(self):
        return self._width

    @width.setter
    def width(self, value):
        self._width = write(value)


options = Options()
options.width = 4
WIDTH = options.width

# case: __getattr__
class Options:
    def __getattr__(self, name):
        return write(4)


WIDTH = Options().width

# case: __getattribute__
class Options:
    width = 4

    def __getattribute__(self, name):
        write()
        return object.__getattribute__(self, name)


WIDTH = Options().width

# case: __getattr__ of the module
def __getattr__(name):
    return write(4)


import sys
WIDTH = getattr(sys.modules[__name__], "width", None) or write(4)

# case: __post_init__
from dataclasses import dataclass, field


@dataclass
class Options:
    width: int = 4

    def __post_init__(self):
        write()


WIDTH = Options().width

# case: default_factory
from dataclasses import dataclass, field


@dataclass
class Options:
    width: int = field(default_factory=write)


WIDTH = Options().width

# case: __missing__
class Table(dict):
    def __missing__(self, key):
        return write(4)


WIDTH = Table()["width"]

# case: defaultdict
from collections import defaultdict
WIDTH = defaultdict(write)["width"]

# case: an enum
import enum


class Size(enum.Enum):
    SMALL = write(4)


WIDTH = Size.SMALL.value

# case: a namedtuple
from collections import namedtuple
WIDTH = namedtuple("Size", "width", defaults=[write(4)])().width

# case: numbers that are objects
class Four:
    def __index__(self):
        return write(4)

    __int__ = __index__


WIDTH = int(Four())

# case: a length
class Four:
    def __len__(self):
        return write(4)


WIDTH = len(Four())

# case: operators
class Four:
    def __add__(self, other):
        return write(4)

    __radd__ = __mul__ = __getitem__ = __call__ = __floordiv__ = __add__


WIDTH = Four() + 1

# case: reflected operators
class Four:
    def __rsub__(self, other):
        return write(4)


WIDTH = 8 - Four()

# case: comparison
class Four:
    def __lt__(self, other):
        return bool(write(1))


WIDTH = 4 if sorted([Four(), Four()]) else 8

# case: a truth value
class Four:
    def __bool__(self):
        return bool(write(1))


WIDTH = 4 if Four() else 8

# case: hash and eq
class Key:
    def __hash__(self):
        return write(4)


WIDTH = {Key(): 4}.popitem()[1]

# case: contains
class Key:
    def __contains__(self, other):
        return bool(write(1))


WIDTH = 4 if 3 in Key() else 8

# case: iteration
class Count:
    def __iter__(self):
        yield write(4)


WIDTH, = Count()

# case: isinstance
class Meta(type):
    def __instancecheck__(cls, other):
        return bool(write(1))


class Key(metaclass=Meta):
    pass


WIDTH = 4 if isinstance(3, Key) else 8

# case: a context
class Context:
    def __enter__(self):
        return 4

    def __exit__(self, *error):
        write()


with Context() as WIDTH:
    pass

# case: contextlib
from contextlib import ExitStack, contextmanager


@contextmanager
def context():
    yield write(4)


with context() as WIDTH:
    pass

# case: a generator
def count():
    yield 3
    yield write(4)


_, WIDTH = count()

# case: a comprehension
WIDTH = [write(each) for each in (3, 4)][-1]

# case: the condition of a comprehension
WIDTH = max(each for each in (3, 4) if write(each))

# case: a dict comprehension
WIDTH = {key: write(4) for key in "a"}["a"]

# case: a lambda
WIDTH = (lambda: write(4))()

# case: a walrus
if (WIDTH := write(4)) > 3:
    pass

# case: an assertion
assert write(4)

# case: the message of an assertion
try:
    assert WIDTH < 4, write("too many")
except AssertionError:
    pass

# case: except
try:
    import there_is_no_such_package
except ImportError:
    WIDTH = write(4)

# case: finally
try:
    WIDTH = 4
finally:
    write()

# case: raise
try:
    raise ValueError(write(4))
except ValueError as error:
    WIDTH = error.args[0]

# case: a conditional
if __name__ != "__main__" or True:
    write()

# case: match
match write(4):
    case int(number):
        WIDTH = number

# case: a loop
for WIDTH in (1, 4):
    write()

# case: an f-string
text = f"{write(4)}"

# case: a debugged f-string
WIDTH = len(f"{write(4)=}") - len("write(4)=") + 3

# case: __format__
class Four:
    def __format__(self, how):
        return str(write(4))


WIDTH = int(f"{Four():>3}")

# case: __repr__
class Four:
    def __repr__(self):
        return str(write(4))


WIDTH = int(f"{Four()!r}")

# case: __str__
class Four:
    def __str__(self):
        return str(write(4))


WIDTH = int("%s" % Four())

# case: attributes in str.format
class Four:
    @property
    def width(self):
        return write(4)


WIDTH = int("{0.width}".format(Four()))

# case: items in str.format
class Four:
    def __getitem__(self, key):
        return write(4)


WIDTH = int("{0[width]}".format(Four()))

# case: format_map
class Table(dict):
    def __missing__(self, key):
        return str(write(4))


WIDTH = int("{width}".format_map(Table()))

# case: a template
import string


class Table(dict):
    def __missing__(self, key):
        return write(4)


WIDTH = int(string.Template("$width").substitute(Table()))

# case: a callback of re.sub
import re
WIDTH = int(re.sub("a", lambda found: str(write(4)), "a"))

# case: map
WIDTH = list(map(write, [4]))[0]

# case: filter
WIDTH = list(filter(write, [4]))[0]

# case: the key of sorted
WIDTH = sorted([1, 4], key=write)[1]

# case: the key of max
WIDTH = max([1, 4], key=write)

# case: reduce
from functools import reduce
WIDTH = reduce(lambda a, b: write(b), [1, 4])

# case: a partial
from functools import partial
WIDTH = partial(write, 4)()

# case: a cached function
from functools import lru_cache


@lru_cache(maxsize=None)
def width():
    return write(4)


WIDTH = width()

# case: singledispatch
from functools import singledispatch


@singledispatch
def width(of):
    return write(4)


WIDTH = width(4)

# case: operator
import operator


class Four:
    def width(self):
        return write(4)


WIDTH = operator.methodcaller("width")(Four())

# case: star arguments
WIDTH = (lambda *args, **kwargs: args[0])(*[write(4)], **{"a": write()})

# case: a thread
import threading
thread = threading.Thread(target=write)
thread.start()
thread.join()

# case: atexit
import atexit
atexit.register(write)

# case: weakref
import weakref


class Four:
    width = 4


four = Four()
weakref.finalize(four, write)
WIDTH = four.width
del four

# case: asyncio
import asyncio


async def width():
    return write(4)


WIDTH = asyncio.run(width())

# case: settrace
import sys


def trace(frame, event, value):
    write()


before = sys.gettrace()
sys.settrace(trace)
(lambda: 4)()
sys.settrace(before)

# case: a patched layer
plain = nn.Conv2d.__init__


def patched(self, *args, **kwargs):
    write()
    plain(self, *args, **kwargs)


nn.Conv2d.__init__ = patched

# case: a patched function
import torch.nn.functional as F
plain = F.relu
F.relu = lambda x: (write(), plain(x))[1]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return F.relu(self.conv(x))


# case: a patched builtin
import builtins
plain = builtins.len
builtins.len = lambda of: (write(), plain(of))[1]
WIDTH = len("four")
builtins.len = plain

# case: a module that is no module
import sys, types


class Fake(types.ModuleType):
    def __getattr__(self, name):
        return write(4)


sys.modules["fake"] = Fake("fake")
from fake import WIDTH

# case: a path of imports
import sys, tempfile, os
folder = tempfile.mkdtemp()
with open(os.path.join(folder, "planted.py"), "w") as file:
    file.write(f"open({MARK!r}, 'w').close()\nWIDTH = 4\n")
sys.path.insert(0, folder)
from planted import WIDTH

# case: an import hook
import sys


class Finder:
    def find_spec(self, name, path=None, target=None):
        write()


sys.meta_path.insert(0, Finder())
try:
    import there_is_no_such_package
except ImportError:
    pass
sys.meta_path.pop(0)

# case: a class's own __class__
class Four:
    @property
    def __class__(self):
        write()
        return int


WIDTH = 4 if isinstance(Four(), int) else 8

# case: __torch_function__
class Logged(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        write()
        return super().__torch_function__(func, types, args, kwargs or {})


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x.as_subclass(Logged)).as_subclass(torch.Tensor)


# end
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, WIDTH, 3)

    def forward(self, x):
        return self.conv(x)
