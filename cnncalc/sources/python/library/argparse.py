"""Command lines, as far as models take their sizes from them: options have their defaults."""

SUPPRESS = "==SUPPRESS=="
REMAINDER = "..."
OPTIONAL = "?"
ZERO_OR_MORE = "*"
ONE_OR_MORE = "+"


class Namespace:
    """The options by name."""

    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)

    def __contains__(self, name):
        return name in self.__dict__


class HelpFormatter:
    pass


class ArgumentDefaultsHelpFormatter(HelpFormatter):
    pass


class RawDescriptionHelpFormatter(HelpFormatter):
    pass


class RawTextHelpFormatter(HelpFormatter):
    pass


class MetavarTypeHelpFormatter(HelpFormatter):
    pass


class ArgumentTypeError(Exception):
    pass


class BooleanOptionalAction:
    pass


class _Option:
    """One option: under which name, and what it is where nothing is given."""

    def __init__(self, flags, dest, action, default, kind, const, nargs):
        self.flags = flags
        self.dest = dest
        self.action = action
        self.default = default
        self.type = kind
        self.const = const
        self.nargs = nargs

    def converted(self, text):
        return text if self.type is None or not isinstance(text, str) else self.type(text)

    def takes_none(self):
        return self.action in ("store_true", "store_false", "store_const", "count", "append_const")


class ArgumentParser:
    def __init__(self, *args, parents=(), **settings):
        self.options = []
        self.settled = {}
        for parent in parents:
            self.options.extend(parent.options)
            self.settled.update(parent.settled)

    def add_argument(
        self,
        *flags,
        action="store",
        default=None,
        type=None,
        const=None,
        nargs=None,
        dest=None,
        **described,
    ):
        if action in ("help", "version"):
            return None
        if dest is None:
            long = [flag for flag in flags if flag.startswith("--")]
            dest = (long or flags)[0].lstrip("-").replace("-", "_")
        if action == "store_true":
            default, const = (False if default is None else default), True
        elif action == "store_false":
            default, const = (True if default is None else default), False
        option = _Option(flags, dest, action, default, type, const, nargs)
        self.options.append(option)
        return option

    def add_argument_group(self, *args, **described):
        return self

    def add_mutually_exclusive_group(self, *args, **described):
        return self

    def set_defaults(self, **values):
        self.settled.update(values)

    def get_default(self, name):
        for option in self.options:
            if option.dest == name:
                return self.settled.get(name, option.default)
        return self.settled.get(name)

    def parse_args(self, args=None, namespace=None):
        return self.parse_known_args(args, namespace)[0]

    def parse_known_args(self, args=None, namespace=None):
        found = Namespace() if namespace is None else namespace
        for option in self.options:
            if option.default != SUPPRESS and not hasattr(found, option.dest):
                setattr(found, option.dest, option.converted(option.default))
        for name, value in self.settled.items():
            setattr(found, name, value)
        left = self._taken(found, list(args or ()))
        return found, left

    def _taken(self, found, words):
        left = []
        places = [option for option in self.options if not option.flags[0].startswith("-")]
        waiting = None  # the option that the words behind it belong to
        for word in words:
            flag, equals, rest = word.partition("=")
            named = [option for option in self.options if flag in option.flags]
            if named and word.startswith("-"):
                option = named[0]
                waiting = None if option.takes_none() or equals else option
                if option.takes_none():
                    setattr(found, option.dest, option.const)
                elif equals:
                    setattr(found, option.dest, option.converted(rest))
                elif option.nargs is not None:
                    setattr(found, option.dest, [])
            elif waiting is not None and waiting.nargs is not None:
                getattr(found, waiting.dest).append(waiting.converted(word))
            elif waiting is not None:
                setattr(found, waiting.dest, waiting.converted(word))
                waiting = None
            elif places and not word.startswith("-"):
                option = places.pop(0)
                setattr(found, option.dest, option.converted(word))
            else:
                left.append(word)
        return left

    def print_help(self, *args):
        pass

    def print_usage(self, *args):
        pass
