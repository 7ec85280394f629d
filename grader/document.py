"""Files of YAML and JSON, read as their author typed them.

Every scalar stays the text that was typed, with its line, because `0.600` is not `0.6` to someone who counts digits,
and 0.1 in a spec is one tenth, not a binary float. Three kinds come out: `Text`, `Items` and `Entries`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.errors import DocumentError, Place

LARGEST = 20_000_000  # bytes in one document
DEEPEST = 32  # levels of nesting


class Text(str):
    """A scalar as it was typed, and the line (from 1) where it stands; what YAML and JSON call null is empty."""

    line: int | None

    def __new__(cls, text: str, line: int | None = None) -> Text:
        self = super().__new__(cls, text)
        self.line = line
        return self


class Items(list["Node"]):
    """A list, and the line where it starts."""

    def __init__(self, items: Iterator[Node] | list[Node] = (), line: int | None = None) -> None:  # type: ignore[assignment]
        super().__init__(items)
        self.line = line


class Entries(dict[str, "Node"]):
    """A mapping, the line where it starts, and the line of each key."""

    def __init__(self, line: int | None = None) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int | None] = {}

    def put(self, key: str, node: Node, line: int | None) -> None:
        """Set an entry, with the line of its key."""
        self[key] = node
        self.lines[key] = line

    def line_of(self, key: str) -> int | None:
        """The line where `key` stands, or else where the mapping starts."""
        return self.lines.get(key) or self.line


Node = Text | Items | Entries


def files(path: Path) -> Iterator[Path | DocumentError]:
    """The files of a folder and the folders below it, by name; a file is itself.

    Hidden files and links to folders are left out; what cannot be opened is an error in its place.
    """
    try:
        if not path.is_dir():
            path.lstat()
            yield path
            return
        children = sorted(path.iterdir())
    except FileNotFoundError:
        yield DocumentError("no such file or folder", Place(str(path)), "check the path")
        return
    except OSError as error:
        yield DocumentError(f"cannot be opened: {error.strerror}", Place(str(path)), "check its permissions")
        return
    for child in children:
        if not child.name.startswith(".") and not (child.is_symlink() and child.is_dir()):
            yield from files(child)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Where writing to `path` fails, a `DocumentError` that names it."""
    try:
        yield
    except OSError as error:
        place = Place(str(error.filename or path))
        raise DocumentError(f"cannot be written: {error.strerror}", place, "name another with --out") from error


def make_folder(path: Path) -> Path:
    """A folder, made with those above it where it is not there."""
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file. Raises `DocumentError` where that fails."""
    with writing(path):
        path.write_bytes(content)


def read_text(path: Path) -> str:
    """The text of a file: UTF-8, with or without a byte order mark, and no larger than 20 MB."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise DocumentError(f"cannot be opened: {error.strerror}", Place(str(path)), "check its permissions") from error
    return decoded(data, Place(str(path)))


def decoded(data: bytes, place: Place, largest: int = LARGEST) -> str:
    """The text of what was read; raises `DocumentError` where it is too large, not UTF-8 or empty."""
    if len(data) > largest:
        raise DocumentError(f"larger than {largest // 1_000_000} MB", place, "split it into smaller files")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"not a text file: byte 0x{data[error.start]:02x} at offset {error.start} is not UTF-8"
        raise DocumentError(what, place, "save it as plain text in UTF-8") from error
    if not text.strip():
        raise DocumentError("the file is empty", place, "fill it in or remove it")
    return text


def read_document(path: Path) -> Node:
    """One YAML or JSON document, told apart by the ending of the file's name."""
    read = read_json if path.suffix == ".json" else read_yaml
    return read(read_text(path), Place(str(path)))


def read_yaml(text: str, place: Place | None = None, *, aliases: bool = False) -> Node:
    """The first YAML document in `text`; `aliases` reads those that programs write (& and *), as empty texts.

    >>> read_yaml("w: 0.50\\nx: [1, 2e-3]")
    {'w': '0.50', 'x': ['1', '2e-3']}
    """
    import yaml

    place = place or Place()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _compose(yaml.parse(text, Loader=loader), place, aliases)
    except yaml.MarkedYAMLError as error:
        last = len(text.splitlines()) or 1  # where a bracket is missing, libyaml's mark stands behind the end
        line = min(error.problem_mark.line + 1, last) if error.problem_mark else None
        raise DocumentError(
            f"not YAML: {error.problem}", Place(place.file, line), "quote the text, or mend it"
        ) from error
    except yaml.reader.ReaderError as error:
        code = error.character if isinstance(error.character, int) else ord(error.character)
        what = f"not YAML: the character U+{code:04X} is not allowed"
        raise DocumentError(what, place, "save it as plain text in UTF-8") from error


def _compose(events: Iterator[Any], place: Place, aliases: bool) -> Node:
    """Build nodes from the parser's events with a stack of our own, so that no nesting can exhaust the program's."""
    import yaml

    root = Items()
    stack: list[Items | Entries] = [root]
    keys: list[Text | None] = [None]
    for event in events:
        line = event.start_mark.line + 1
        here = Place(place.file, line)
        if not aliases and (isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None)):
            raise DocumentError("anchors and aliases (& and *) are not read", here, "write the value out")
        if isinstance(event, yaml.DocumentStartEvent) and root:
            break
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            stack.pop()
            keys.pop()
            continue
        node = _node(event, line)
        if node is None:
            continue
        if isinstance(stack[-1], Entries) and keys[-1] is None:
            keys[-1] = _key(node, stack[-1], here)
            continue
        _put(stack[-1], keys[-1], node)
        keys[-1] = None
        if not isinstance(node, Text):
            if len(stack) > DEEPEST:
                raise DocumentError(f"nested more than {DEEPEST} deep", here, "flatten it")
            stack.append(node)
            keys.append(None)
    return root[0] if root else Text("")


def _node(event: Any, line: int) -> Node | None:
    import yaml

    if isinstance(event, yaml.ScalarEvent):
        null = not event.style and event.value in {"", "~", "null", "Null", "NULL"}  # libyaml says '' for plain style
        return Text("" if null else event.value, line)
    if isinstance(event, yaml.AliasEvent):
        return Text("", line)
    if isinstance(event, yaml.SequenceStartEvent):
        return Items(line=line)
    return Entries(line) if isinstance(event, yaml.MappingStartEvent) else None


def _key(node: Node, entries: Entries, place: Place) -> Text:
    if not isinstance(node, Text):
        raise DocumentError("a key must be a plain name", place)
    if node in entries:
        raise DocumentError(f"the key '{node}' stands twice", place, f"the first is on line {entries.line_of(node)}")
    return node


def _put(parent: Items | Entries, key: Text | None, node: Node) -> None:
    if isinstance(parent, Entries) and key is not None:
        parent.put(str(key), node, key.line)
    elif isinstance(parent, Items):
        parent.append(node)


def read_json(text: str, place: Place | None = None) -> Node:
    """One JSON value; numbers keep their digits, and every line is `place`'s where that has one.

    >>> read_json('{"w": 0.50, "x": [1, null]}')
    {'w': '0.50', 'x': ['1', '']}
    """
    place = place or Place()

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries = dict(pairs)
        if len(entries) < len(pairs):
            twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
            raise DocumentError(f"the key '{twice}' stands twice", place)
        return entries

    try:
        value = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=mapping)
    except json.JSONDecodeError as error:
        line = place.line or error.lineno
        what = f"not JSON: {error.msg.removesuffix(' at')} at column {error.colno}"
        alone = error.msg == "Extra data" and text[: error.pos].endswith("\r")
        hint = "the line before it ends in a carriage return alone: save it with line feeds" if alone else ""
        raise DocumentError(what, Place(place.file, line), hint) from error
    except RecursionError as error:
        raise DocumentError(f"nested more than {DEEPEST} deep", place, "flatten it") from error
    return _from_python(value, place)


def _whole(text: str) -> str:
    """Text without the halves of characters that JSON can escape and no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _from_python(value: Any, place: Place, depth: int = 0) -> Node:
    tolist = getattr(value, "tolist", None)
    value = tolist() if callable(tolist) else value  # an array, or a number of NumPy's
    if depth >= DEEPEST and isinstance(value, dict | list | tuple):
        raise DocumentError(f"nested more than {DEEPEST} deep", place, "flatten it")
    if isinstance(value, dict):
        entries = Entries(place.line)
        for key, item in value.items():
            entries.put(_whole(str(key)), _from_python(item, place, depth + 1), place.line)
        return entries
    if isinstance(value, list | tuple):
        return Items([_from_python(item, place, depth + 1) for item in value], place.line)
    if value is None or isinstance(value, bool):
        return Text({None: "", True: "true", False: "false"}[value], place.line)
    return Text(_whole(str(value)), place.line)


def from_python(value: Any, place: Place | None = None) -> Node:
    """Plain Python data (texts, numbers, lists, mappings) as if it had been read from a file, at `place`.

    >>> from_python({"w": 0.5, "x": [1, None, True]})
    {'w': '0.5', 'x': ['1', '', 'true']}
    """
    return _from_python(value, place or Place())
