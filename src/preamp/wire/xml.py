"""XML as S3 writes and reads it: escaped text out, expat in.

The reader knows elements and text alone. A document type declaration is refused, and with it every entity but the five
of XML itself, so nothing can be expanded or fetched; size, depth and the number of elements are bounded.
"""

import re
from collections.abc import Iterator
from xml.parsers import expat

from msgspec import Struct

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MAX_DEPTH = 16
_MAX_ELEMENTS = 100_000

_SPECIAL = re.compile('[&<>"\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]')
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


class MalformedXmlError(ValueError):
    """Not a document that this reader takes; the text says why."""


class Node(Struct):
    """An element: its name without namespace, its text, its children in order."""

    name: str
    text: str = ""
    children: "list[Node]" = []

    def first(self, name: str) -> "Node | None":
        """The first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def every(self, name: str) -> "Iterator[Node]":
        """All children of a name."""
        return (child for child in self.children if child.name == name)

    def value(self, name: str) -> str | None:
        """The text of the first child of a name."""
        found = self.first(name)
        return None if found is None else found.text


def escape(text: str) -> str:
    """Text as it may stand between tags. Control characters become numbers, as S3 writes them."""
    return _SPECIAL.sub(_escaped, text) if _SPECIAL.search(text) else text


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    return _ENTITIES.get(character) or f"&#x{ord(character):x};"


def tag(name: str, text: object) -> str:
    """An element that holds text; nothing for None, `true` and `false` for booleans."""
    if text is None:
        return ""
    if isinstance(text, bool):
        text = "true" if text else "false"
    return f"<{name}>{escape(str(text))}</{name}>"


def document(name: str, *content: str) -> bytes:
    """A whole document in S3's namespace; `content` is markup already."""
    return f'{DECLARATION}<{name} xmlns="{NAMESPACE}">{"".join(content)}</{name}>'.encode("utf-8", "replace")


def read(body: bytes, root: str) -> Node:
    """The root element, which must have this name. Raises MalformedXmlError."""
    reading = _Reading()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.characters
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise MalformedXmlError(f"not well-formed: {error}") from None
    if reading.root is None or reading.root.name != root:
        raise MalformedXmlError(f"the root element must be {root}")
    return reading.root


class _Reading:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0

    def doctype(self, *_declaration: object) -> None:
        raise MalformedXmlError("a DOCTYPE is not allowed")

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= _MAX_DEPTH or self._count > _MAX_ELEMENTS:
            raise MalformedXmlError("too deep or too many elements")
        node = Node(name.rpartition(" ")[2], "", [])
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _name: str) -> None:
        node = self._open.pop()
        if node.children:
            node.text = ""

    def characters(self, text: str) -> None:
        self._open[-1].text += text
