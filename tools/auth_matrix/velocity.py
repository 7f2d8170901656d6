"""As much of Velocity as Amplify's authorization templates use: directives, references, Java's collections.

Text is not rendered: what counts is what a template does to its context, and whether it refuses.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_COMMENT = re.compile(r"##[^\n]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SPACE = re.compile(r"\s*")


class Refused(Exception):
    """The template called $util.unauthorized() ("U") or $util.error(message)."""


class _Break(Exception):
    pass


class _Return(Exception):
    pass


class Template:
    """A template, run against variables."""

    def __init__(self, text: str) -> None:
        self._text = _COMMENT.sub("", text)
        self._at = 0
        self._block, _ = self._parse_block()

    def run(self, variables: dict[str, Any]) -> None:
        """Run the template; it changes the variables. Raises Refused."""
        try:
            for step in self._block:
                step(variables)
        except _Return:
            return

    # Directives ------------------------------------------------------------------------------------------------------

    def _parse_block(self) -> tuple[list[Callable[[dict[str, Any]], None]], str]:
        steps: list[Callable[[dict[str, Any]], None]] = []
        while self._at < len(self._text):
            here = self._text[self._at]
            if here == "#":
                word = _NAME.match(self._text, self._at + 1)
                if word is None:
                    self._at += 1
                    continue
                self._at = word.end()
                if word[0] in {"end", "else", "elseif"}:
                    return steps, word[0]
                steps.append(self._directive(word[0]))
            elif here == "$" and re.match(r"[{A-Za-z]", self._text[self._at + 1 : self._at + 2]):
                steps.append(_do(self._reference()))
            else:
                self._at += 1
        return steps, ""

    def _directive(self, word: str) -> Callable[[dict[str, Any]], None]:
        match word:
            case "set":
                self._expect("(")
                self._expect("$")
                name = self._name()
                self._expect("=")
                value = self._expression()
                self._expect(")")
                return lambda v: v.__setitem__(name, value(v))
            case "if":
                return self._if()
            case "foreach":
                return self._foreach()
            case "break":
                return _raise(_Break)
            case "return":
                if self._peek("("):
                    self._expect("(")
                    self._expression()
                    self._expect(")")
                return _raise(_Return)
            case _:
                return lambda _: None

    def _if(self) -> Callable[[dict[str, Any]], None]:
        branches = []
        word = "if"
        while word in {"if", "elseif"}:
            self._expect("(")
            test = self._expression()
            self._expect(")")
            block, word = self._parse_block()
            branches.append((test, block))
        if word == "else":
            block, word = self._parse_block()
            branches.append((lambda _: True, block))

        def step(variables: dict[str, Any]) -> None:
            for test, block in branches:
                if _true(test(variables)):
                    for one in block:
                        one(variables)
                    return

        return step

    def _foreach(self) -> Callable[[dict[str, Any]], None]:
        self._expect("(")
        self._expect("$")
        name = self._name()
        self._expect("in")
        items = self._expression()
        self._expect(")")
        block, _ = self._parse_block()

        def step(variables: dict[str, Any]) -> None:
            found = items(variables)
            try:
                for item in list(found) if isinstance(found, list) else []:
                    variables[name] = item
                    for one in block:
                        one(variables)
            except _Break:
                pass

        return step

    # Expressions -----------------------------------------------------------------------------------------------------

    def _expression(self) -> Callable[[dict[str, Any]], Any]:
        left = self._conjunction()
        while self._peek("||"):
            self._expect("||")
            left = _either(left, self._conjunction())
        return left

    def _conjunction(self) -> Callable[[dict[str, Any]], Any]:
        left = self._comparison()
        while self._peek("&&"):
            self._expect("&&")
            left = _both(left, self._comparison())
        return left

    def _comparison(self) -> Callable[[dict[str, Any]], Any]:
        left = self._operand()
        for sign, compare in _SIGNS.items():
            if self._peek(sign):
                self._expect(sign)
                return _compared(left, self._operand(), compare)
        return left

    def _operand(self) -> Callable[[dict[str, Any]], Any]:
        self._skip()
        here = self._text[self._at]
        if here == "!" and self._text[self._at + 1] != "=":
            self._at += 1
            inner = self._operand()
            return lambda v: not _true(inner(v))
        if here in "\"'":
            return self._string(here)
        readers = {"(": self._group, "$": self._reference, "[": self._list, "{": self._map}
        return readers.get(here, self._word)()

    def _group(self) -> Callable[[dict[str, Any]], Any]:
        self._expect("(")
        inner = self._expression()
        self._expect(")")
        return inner

    def _word(self) -> Callable[[dict[str, Any]], Any]:
        number = _NUMBER.match(self._text, self._at)
        if number:
            self._at = number.end()
            value: Any = json.loads(number[0])
            return lambda _: value
        word = {"true": True, "false": False, "null": None}[self._name()]
        return lambda _: word

    def _string(self, quote: str) -> Callable[[dict[str, Any]], Any]:
        end = self._text.index(quote, self._at + 1)
        text = self._text[self._at + 1 : end]
        self._at = end + 1
        if quote == "'" or "$" not in text:
            return lambda _: text
        pieces: list[Any] = []
        inner = Template.__new__(Template)
        inner._text, inner._at = text, 0  # noqa: SLF001 - the same class reads what stands in the string
        start = 0
        while (found := text.find("$", start)) >= 0:
            pieces.append(text[start:found])
            inner._at = found  # noqa: SLF001
            pieces.append(inner._reference())  # noqa: SLF001
            start = inner._at  # noqa: SLF001
        pieces.append(text[start:])
        return lambda v: "".join(p if isinstance(p, str) else shown(p(v)) for p in pieces)

    def _list(self) -> Callable[[dict[str, Any]], Any]:
        items = []
        self._expect("[")
        while not self._peek("]"):
            items.append(self._expression())
            if self._peek(","):
                self._expect(",")
        self._expect("]")
        return lambda v: [item(v) for item in items]

    def _map(self) -> Callable[[dict[str, Any]], Any]:
        members = []
        self._expect("{")
        while not self._peek("}"):
            key = self._operand()
            self._expect(":")
            members.append((key, self._expression()))
            if self._peek(","):
                self._expect(",")
        self._expect("}")
        return lambda v: {key(v): value(v) for key, value in members}

    def _reference(self) -> Callable[[dict[str, Any]], Any]:
        self._expect("$")
        braced = self._text[self._at] == "{"
        self._at += braced
        name = self._name()
        path: list[tuple[str, list[Any] | None]] = []
        while self._at < len(self._text):
            member = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)").match(self._text, self._at)
            if member is None:
                break
            self._at = member.end()
            path.append((member[1], self._arguments() if self._text[self._at : self._at + 1] == "(" else None))
        if braced:
            self._expect("}")

        def value(variables: dict[str, Any]) -> Any:
            found = variables.get(name)
            for member_name, arguments in path:
                given = None if arguments is None else [one(variables) for one in arguments]
                found = _member(found, member_name, given)
            return found

        return value

    def _arguments(self) -> list[Any]:
        found = []
        self._expect("(")
        while not self._peek(")"):
            found.append(self._expression())
            if self._peek(","):
                self._expect(",")
        self._expect(")")
        return found

    # Characters ------------------------------------------------------------------------------------------------------

    def _skip(self) -> None:
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at

    def _peek(self, sign: str) -> bool:
        self._skip()
        return self._text.startswith(sign, self._at)

    def _expect(self, sign: str) -> None:
        if not self._peek(sign):
            raise SyntaxError(f"{sign!r} expected at {self._text[self._at : self._at + 40]!r}")
        self._at += len(sign)

    def _name(self) -> str:
        found = _NAME.match(self._text, self._at)
        if found is None:
            raise SyntaxError(f"name expected at {self._text[self._at : self._at + 40]!r}")
        self._at = found.end()
        return found[0]


def shown(value: Any) -> str:
    """Write a value as Java does."""
    if isinstance(value, list):
        return f"[{', '.join(shown(item) for item in value)}]"
    return str(value)


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}


def _true(value: Any) -> bool:
    return value is not None and value is not False


def _do(reference: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], None]:
    def step(variables: dict[str, Any]) -> None:
        reference(variables)

    return step


def _raise(kind: type[Exception]) -> Callable[[dict[str, Any]], None]:
    def step(_: dict[str, Any]) -> None:
        raise kind

    return step


def _either(left: Any, right: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda v: _true(left(v)) or _true(right(v))


def _both(left: Any, right: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda v: _true(left(v)) and _true(right(v))


def _compared(left: Any, right: Any, compare: Callable[[Any, Any], bool]) -> Callable[[dict[str, Any]], Any]:
    return lambda v: compare(left(v), right(v))


def _member(holder: Any, name: str, arguments: list[Any] | None) -> Any:
    if callable(getattr(type(holder), "velocity", None)):
        return holder.velocity(name, arguments)
    if holder is None:
        return None
    if arguments is None:
        return holder.get(name) if isinstance(holder, dict) else None
    return _METHODS[name](holder, *arguments)


def _put(holder: dict[str, Any], key: str, value: Any) -> None:
    holder[key] = value


_METHODS: dict[str, Callable[..., Any]] = {
    "get": lambda holder, key: holder.get(key) if isinstance(holder, dict) else holder[key],
    "put": _put,
    "containsKey": lambda holder, key: key in holder,
    "contains": lambda holder, item: item in holder,
    "add": lambda holder, item: holder.append(item) or True,
    "addAll": lambda holder, items: holder.extend(items) or True,
    "isEmpty": lambda holder: not holder,
    "size": len,
    "keySet": list,
    "entrySet": lambda holder: [{"key": key, "value": value} for key, value in holder.items()],
}


class Util:
    """AppSync's $util, as far as authorization needs it."""

    def __init__(self, auth_type: str, path: str = "") -> None:
        self._auth_type, self._path = auth_type, path

    def velocity(self, name: str, arguments: list[Any] | None) -> Any:
        """Answer a member or a call."""
        if arguments is None:
            return Util(self._auth_type, f"{self._path}{name}.")
        return self._call(f"{self._path}{name}", arguments)

    def _call(self, name: str, given: list[Any]) -> Any:  # noqa: C901, PLR0911, PLR0912 - one flat table of functions
        match name:
            case "qr":
                return ""
            case "authType":
                return self._auth_type
            case "unauthorized":
                raise Refused("U")
            case "error":
                raise Refused(given[0])
            case "defaultIfNull":
                return given[1] if given[0] is None else given[0]
            case "isNull":
                return given[0] is None
            case "isString":
                return isinstance(given[0], str)
            case "isList":
                return isinstance(given[0], list)
            case "isNullOrEmpty":
                return not given[0]
            case "parseJson":
                return _parsed(given[0])
            case "toJson":
                return json.dumps(given[0])
            case "list.copyAndRemoveAll":
                return [item for item in given[0] if item not in given[1]]
            case "map.copyAndRetainAllKeys":
                return {key: value for key, value in given[0].items() if key in given[1]}
            case "dynamodb.toDynamoDB" | "dynamodb.toDynamoDBJson":
                return given[0]
            case _:
                raise LookupError(name)


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


Context = Mapping[str, Any]
