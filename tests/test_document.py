"""Files of YAML and JSON as their author typed them: the text, the line of each key, one message for the rest."""

from __future__ import annotations

import json
import os
import pickle
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.document import (
    DEEPEST,
    LARGEST,
    Entries,
    Items,
    Node,
    Text,
    files,
    from_python,
    read_document,
    read_json,
    read_text,
    read_yaml,
)
from grader.errors import DocumentError, Place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("w: 0.600", {"w": "0.600"}),
        ("w: 1e-3", {"w": "1e-3"}),
        ("w: 1200", {"w": "1200"}),
        ("w: 0x10", {"w": "0x10"}),
        ("w: 010", {"w": "010"}),
        ("w: 1_000", {"w": "1_000"}),
        ("w: 1:30", {"w": "1:30"}),
        ("w: .5", {"w": ".5"}),
        ("w: −5", {"w": "−5"}),
        ("w: 3/4", {"w": "3/4"}),
        ("w: .nan", {"w": ".nan"}),
        ("w: 2026-01-31", {"w": "2026-01-31"}),
        ("w: on", {"w": "on"}),
        ("w: yes", {"w": "yes"}),
        ("w: True", {"w": "True"}),
        ("w: 'it''s'", {"w": "it's"}),
        ('w: "0.600"', {"w": "0.600"}),
        (r'w: "\\hat y"', {"w": r"\hat y"}),
        (r"w: '\hat y'", {"w": r"\hat y"}),
        ("w: 1 # a remark", {"w": "1"}),
        ("w: a#b", {"w": "a#b"}),
        ("w:", {"w": ""}),
        ("w: ~", {"w": ""}),
        ("w: null", {"w": ""}),
        ("w: Null", {"w": ""}),
        ("w: NULL", {"w": ""}),
        ("w: '~'", {"w": "~"}),
        ('w: "null"', {"w": "null"}),
        ("w: ''", {"w": ""}),
        ("w: nullify", {"w": "nullify"}),
        ("- ~\n- null\n-\n- '~'", ["", "", "", "~"]),
        ("[1, 2e-3, x]", ["1", "2e-3", "x"]),
        ("[[1, 2], [3, 4]]", [["1", "2"], ["3", "4"]]),
        ("- [1]\n- - 2", [["1"], ["2"]]),
        ("[]", []),
        ("{}", {}),
        ("{a: {b: [1]}}", {"a": {"b": ["1"]}}),
        ("a:\n  b:\n  - 1\n  - 2", {"a": {"b": ["1", "2"]}}),
        ("on: 1\nyes: 2\n3: 4", {"on": "1", "yes": "2", "3": "4"}),
        ("y_*: 1", {"y_*": "1"}),
        ("ŷ: α", {"ŷ": "α"}),
        ("a key: a value", {"a key": "a value"}),
        ("<<: {a: 1}", {"<<": {"a": "1"}}),
        ("a: |\n  1 2\n  3 4\n", {"a": "1 2\n3 4\n"}),
        ("a: >-\n  one\n  line", {"a": "one line"}),
        ("a: one\n  line", {"a": "one line"}),
        ("a: 😀", {"a": "😀"}),
        ("--- \na: 1\n--- \na: 2", {"a": "1"}),
        ("--- \na: 1\n...\n", {"a": "1"}),
        ("a: 1\r\nb: 2\r\n", {"a": "1", "b": "2"}),
        ("\ufeffa: 1", {"a": "1"}),
        ("text", "text"),
        ("# only a remark", ""),
        ("", ""),
        ("!!python/object/apply:os.system [echo]", ["echo"]),
        ("a: !!int x", {"a": "x"}),
        ("a: !!float 0.600", {"a": "0.600"}),
    ],
)
def test_yaml_keeps_what_was_typed(text: str, expected: object) -> None:
    """Every scalar is its own text: no octal, no binary floats, no dates, no norwegian truths; null is empty."""
    assert read_yaml(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "line 3: the key 'a' stands twice; the first is on line 1"),
        ("a:\n  b: 1\n  b: 2", "line 3: the key 'b' stands twice; the first is on line 2"),
        ("{a: 1, a: 2}", "line 1: the key 'a' stands twice; the first is on line 1"),
        ("'a': 1\na: 2", "line 2: the key 'a' stands twice; the first is on line 1"),
        ("a: &x 1\nb: 2", "line 1: anchors and aliases (& and *) are not read; write the value out"),
        ("a: 1\nb: *a", "line 2: anchors and aliases (& and *) are not read; write the value out"),
        ("&a [1]", "line 1: anchors and aliases (& and *) are not read; write the value out"),
        ("&a a: 1", "line 1: anchors and aliases (& and *) are not read; write the value out"),
        ("y: *", "line 1: not YAML: did not find expected alphabetic or numeric character; quote the text, or mend it"),
        ("a: b: c", "line 1: not YAML: mapping values are not allowed in this context; quote the text, or mend it"),
        ("a: @x", "line 1: not YAML: found character that cannot start any token; quote the text, or mend it"),
        ("a: `x`", "line 1: not YAML: found character that cannot start any token; quote the text, or mend it"),
        ("a: 5\nb: %", "line 2: not YAML: found character that cannot start any token; quote the text, or mend it"),
        ("a:\n\t- 1", "line 2: not YAML: found character that cannot start any token; quote the text, or mend it"),
        (r'a: "\hat y"', "line 1: not YAML: found unknown escape character; quote the text, or mend it"),
        ("a: [1, 2]]\n", "line 1: not YAML: did not find expected key; quote the text, or mend it"),
        ("[1]]", "line 1: not YAML: did not find expected <document start>; quote the text, or mend it"),
        ("{a: 1} b", "line 1: not YAML: did not find expected <document start>; quote the text, or mend it"),
        ("  a: 1\nb: 2", "line 2: not YAML: did not find expected <document start>; quote the text, or mend it"),
        ("a: 1\n b: 2", "line 2: not YAML: mapping values are not allowed in this context; quote the text, or mend it"),
        ("a: [1, 2", "line 1: not YAML: did not find expected ',' or ']'; quote the text, or mend it"),
        ("{a: 1", "line 1: not YAML: did not find expected ',' or '}'; quote the text, or mend it"),
        ("x: 1\na: 'it", "line 2: not YAML: found unexpected end of stream; quote the text, or mend it"),
        ("- a\nb", "line 2: not YAML: could not find expected ':'; quote the text, or mend it"),
        ("? [a]\n: 1", "line 1: a key must be a plain name"),
        ("x: 1\n{a: 1}: 2", "line 2: a key must be a plain name"),
        ("a: \x07", "not YAML: the character U+0007 is not allowed; save it as plain text in UTF-8"),
        ("a: \x00", "not YAML: the character U+0000 is not allowed; save it as plain text in UTF-8"),
        ("\x1b[31m", "not YAML: the character U+001B is not allowed; save it as plain text in UTF-8"),
        ("a: \x80", "not YAML: the character U+0080 is not allowed; save it as plain text in UTF-8"),
        ("%YAML 9.9\n---\na", "line 1: not YAML: found incompatible YAML document; quote the text, or mend it"),
        ("[" * 33 + "]" * 33, "line 1: nested more than 32 deep; flatten it"),
        ("[" * 100_000, "line 1: nested more than 32 deep; flatten it"),
        ("- " * 100_000 + "1", "line 1: nested more than 32 deep; flatten it"),
        ("{a: " * 50_000, "line 1: nested more than 32 deep; flatten it"),
        ("\n".join("  " * n + "a:" for n in range(40)), "line 33: nested more than 32 deep; flatten it"),
    ],
    ids=lambda text: repr(text)[:40],
)
def test_yaml_that_cannot_be_read(text: str, message: str) -> None:
    """One message: the line, what is wrong with it, and what to do."""
    with pytest.raises(DocumentError) as caught:
        read_yaml(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"w": 0.600}', {"w": "0.600"}),
        ('{"w": 1e-3}', {"w": "1e-3"}),
        ('{"w": 1E+2}', {"w": "1E+2"}),
        ('{"w": -0}', {"w": "-0"}),
        ('{"w": "0.600"}', {"w": "0.600"}),
        ('{"w": 12345678901234567890123456789}', {"w": "12345678901234567890123456789"}),
        ('{"w": null}', {"w": ""}),
        ('{"w": true, "v": false}', {"w": "true", "v": "false"}),
        ('{"w": NaN, "v": [Infinity, -Infinity]}', {"w": "NaN", "v": ["Infinity", "-Infinity"]}),
        ('{"w": "null"}', {"w": "null"}),
        (r'{"w": "\\hat y"}', {"w": r"\hat y"}),
        (r'{"w": "\u0177 \ud83d\ude00"}', {"w": "ŷ 😀"}),
        ("[[1, 2.0], []]", [["1", "2.0"], []]),
        ("{}", {}),
        ("1.50", "1.50"),
        ('"x"', "x"),
        (' \n{"a": 1}\n', {"a": "1"}),
        ("9" * 5000, "9" * 5000),
    ],
    ids=lambda text: repr(text)[:40],
)
def test_json_keeps_what_was_typed(text: str, expected: object) -> None:
    """Numbers keep their digits, however many; null is empty; NaN is a text that is no number."""
    assert read_json(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: not JSON: Expecting value at column 1"),
        ("{a: 1}", "line 1: not JSON: Expecting property name enclosed in double quotes at column 2"),
        ("{'a': 1}", "line 1: not JSON: Expecting property name enclosed in double quotes at column 2"),
        ("[1, 2\n, 3", "line 2: not JSON: Expecting ',' delimiter at column 4"),
        ("[1,]", "line 1: not JSON: Expecting value at column 4"),
        ("[1] [2]", "line 1: not JSON: Extra data at column 5"),
        ("01", "line 1: not JSON: Extra data at column 2"),
        ("[.5]", "line 1: not JSON: Expecting value at column 2"),
        ('"a\nb"', "line 1: not JSON: Invalid control character at column 3"),
        (r'"\hat"', r"line 1: not JSON: Invalid \escape at column 2"),
        ('"open', "line 1: not JSON: Unterminated string starting at column 1"),
        ('{"a": 1, "b": 2, "a": 3}', "the key 'a' stands twice"),
        ('{"x": [{"a": 1, "a": 1}]}', "the key 'a' stands twice"),
        ("[" * 34 + "]" * 34, "nested more than 32 deep; flatten it"),
        ('{"a": ' * 34 + "1" + "}" * 34, "nested more than 32 deep; flatten it"),
        ("[" * 100_000 + "]" * 100_000, "nested more than 32 deep; flatten it"),
        ("[" * 100_000, "nested more than 32 deep; flatten it"),
    ],
    ids=lambda text: repr(text)[:40],
)
def test_json_that_cannot_be_read(text: str, message: str) -> None:
    """One message: the line, the column, and what is wrong."""
    with pytest.raises(DocumentError) as caught:
        read_json(text)
    assert str(caught.value) == message


def attempt(read: Any, text: str) -> tuple[Node | None, DocumentError | None]:
    """What is read, or why nothing can be."""
    try:
        return read(text), None
    except DocumentError as error:
        return None, error


@pytest.mark.parametrize("text", [r'"\ud800"', r'["\udfff x"]', r'{"a": "\ude00\ud83d"}', r'{"\ud800": 1}'])
def test_half_a_character(text: str) -> None:
    """JSON can escape half of a character, which no file in UTF-8 can hold: what is read can be written again."""
    node, _ = attempt(read_json, text)
    assert json.dumps(node, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("read", [read_yaml, read_json])
def test_nesting_is_read_to_its_limit(read: Any) -> None:
    """As deep as is allowed, and no deeper; the limit is the same for both."""
    node = read("[" * DEEPEST + "7" + "]" * DEEPEST)
    for _ in range(DEEPEST):
        (node,) = node
    assert node == "7"
    for inside in ("", "7"):
        with pytest.raises(DocumentError, match="nested more than 32 deep"):
            read("[" * (DEEPEST + 1) + inside + "]" * (DEEPEST + 1))


def test_lines() -> None:
    """Each scalar, list, mapping and key knows its line."""
    node = read_yaml("# a remark\na: 1\nb:\n  c: [x,\n      y]\n  d:\n  - 3\n")
    assert isinstance(node, Entries)
    inner = node["b"]
    assert isinstance(inner, Entries)
    listed = inner["c"]
    assert isinstance(listed, Items)
    assert node.line == 2
    assert node.lines == {"a": 2, "b": 3}
    assert (inner.line, inner.lines) == (4, {"c": 4, "d": 6})
    assert (listed.line, [item.line for item in listed]) == (4, [4, 5])
    assert node.line_of("b") == 3
    assert node.line_of("missing") == 2


def test_a_json_line_has_the_line_of_its_file() -> None:
    """In a file of one object a line, the place is the line in the file."""
    place = Place("all.jsonl", 7)
    node = read_json('{"a": [1]}', place)
    assert isinstance(node, Entries)
    assert (node.line, node.line_of("a"), node["a"].line) == (7, 7, 7)
    with pytest.raises(DocumentError) as caught:
        read_json('{"a": }', place)
    assert str(caught.value) == "all.jsonl:7: not JSON: Expecting value at column 7"


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (read_yaml, "a: 1\na: 2", "s.yaml:2: the key 'a' stands twice; the first is on line 1"),
        (read_yaml, "%", "s.yaml:1: not YAML: could not find expected directive name; quote the text, or mend it"),
        (read_yaml, "\x07", "s.yaml: not YAML: the character U+0007 is not allowed; save it as plain text in UTF-8"),
        (read_json, "[\n1 2]", "s.yaml:2: not JSON: Expecting ',' delimiter at column 3"),
        (read_json, '{"a": 1, "a": 2}', "s.yaml: the key 'a' stands twice"),
    ],
    ids=["key", "grammar", "character", "json", "json key"],
)  # fmt: skip
def test_the_file_is_named(read: Any, text: str, message: str) -> None:
    """Where a file is known, the message starts with it."""
    with pytest.raises(DocumentError) as caught:
        read(text, Place("s.yaml"))
    assert str(caught.value) == message


SCALARS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SCALARS, inner, max_size=4))


class WithoutAliases(yaml.SafeDumper):
    """Writes a value as often as it stands there."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@settings(deadline=None, max_examples=200)
@given(TREES)
def test_what_json_writes_is_read_back(tree: Any) -> None:
    """Texts, lists and mappings come back as they were, escaped or not."""
    assert read_json(json.dumps(tree)) == tree
    assert read_json(json.dumps(tree, ensure_ascii=False)) == tree


@settings(deadline=None, max_examples=200)
@given(TREES)
def test_what_yaml_writes_is_read_back(tree: Any) -> None:
    """Whatever PyYAML has to quote, in either style."""
    assert read_yaml(yaml.dump(tree, Dumper=WithoutAliases)) == tree
    assert read_yaml(yaml.dump(tree, Dumper=WithoutAliases, default_flow_style=True)) == tree


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)
    | st.text(alphabet="[]{}:,-?&*!|>'\"%@` \n\ta1~#", max_size=25)
)
def test_any_text_is_read_or_is_not_yaml(text: str) -> None:
    """No text gives another error than the one that people are shown, on one line and at a line of the text."""
    for read in (read_yaml, read_json):
        node, error = attempt(read, text)
        assert isinstance(node, Text | Items | Entries) != isinstance(error, DocumentError)
        if error is not None:
            assert "\n" not in str(error)
            assert (error.place.line or 1) <= len(re.split("\r\n|[\n\r\x85\u2028\u2029]", text))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.600", "0.600"),
        (0.1, "0.1"),
        (1e-07, "1e-07"),
        (3, "3"),
        (10**40, str(10**40)),
        (Fraction(3, 4), "3/4"),
        (Decimal("0.600"), "0.600"),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (float("nan"), "nan"),
        ([1, "2", [None]], ["1", "2", [""]]),
        ((1, 2), ["1", "2"]),
        ({"a": (1,), 2: {"b": None}}, {"a": ["1"], "2": {"b": ""}}),
        (np.float64(0.6), "0.6"),
        (np.int64(3), "3"),
        (np.array([[1, 2], [3, 4]]), [["1", "2"], ["3", "4"]]),
        (np.array([0.5, 0.25]), ["0.5", "0.25"]),
        ([np.array([1, 2]), np.array([3, 4])], [["1", "2"], ["3", "4"]]),
        ({"a": np.array([1.5, 2])}, {"a": ["1.5", "2.0"]}),
        ([np.float64(0.5), np.bool_(True)], ["0.5", "true"]),
        ([np.arange(2000)], [[str(n) for n in range(2000)]]),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_python_data_reads_as_a_file_would(value: Any, expected: object) -> None:
    """Numbers, texts, lists, mappings and arrays, however they are nested, as texts."""
    assert from_python(value) == expected


def test_python_data_without_end() -> None:
    """A list that holds itself is nested too deep."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(DocumentError, match="nested more than 32 deep"):
        from_python(endless)


def test_nodes_travel_between_processes() -> None:
    """A node keeps its lines when it is pickled."""
    node = read_yaml("a: 1\nb: [2]\n")
    again: Node = pickle.loads(pickle.dumps(node))
    assert again == node
    assert isinstance(again, Entries)
    assert (again.lines, again["b"].line, again["a"].line) == ({"a": 1, "b": 2}, 2, 1)


# Files.


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty; fill it in or remove it"),
        (b" \n\t\n", "the file is empty; fill it in or remove it"),
        (b"\xef\xbb\xbf", "the file is empty; fill it in or remove it"),
        (
            "a: 1".encode("utf-16"),
            "not a text file: byte 0xff at offset 0 is not UTF-8; save it as plain text in UTF-8",
        ),
        (
            "a: é".encode("latin-1"),
            "not a text file: byte 0xe9 at offset 3 is not UTF-8; save it as plain text in UTF-8",
        ),
        (b"\x89PNG\r\n\x1a\n", "not a text file: byte 0x89 at offset 0 is not UTF-8; save it as plain text in UTF-8"),
        (b"a: \xed\xa0\x80", "not a text file: byte 0xed at offset 3 is not UTF-8; save it as plain text in UTF-8"),
        (b"\0" * 8, "not YAML: the character U+0000 is not allowed; save it as plain text in UTF-8"),
        (b"PK\x03\x04", "not YAML: the character U+0003 is not allowed; save it as plain text in UTF-8"),
    ],
    ids=lambda data: repr(data)[:40],
)
def test_a_file_that_is_no_document(tmp_path: Path, data: bytes, message: str) -> None:
    """Empty, of another encoding, or no text at all: the file, what it is, and what to do."""
    path = tmp_path / "s001.yaml"
    path.write_bytes(data)
    with pytest.raises(DocumentError) as caught:
        read_document(path)
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.yaml", b"w: 0.600\n", {"w": "0.600"}),
        ("a.yml", b"\xef\xbb\xbfw: 0.600\n", {"w": "0.600"}),
        ("a.json", b'\xef\xbb\xbf{"w": 0.600}', {"w": "0.600"}),
        ("a.json", '{"ŷ": "α"}'.encode(), {"ŷ": "α"}),
        ("a.yaml", b'{"w": 0.600, "v": null}', {"w": "0.600", "v": ""}),
        ("a.yaml", b"w: 1\r\nv: 2\r\n", {"w": "1", "v": "2"}),
    ],
)
def test_a_file_is_read_by_its_ending(tmp_path: Path, name: str, data: bytes, expected: object) -> None:
    """With or without a byte order mark, with either end of line."""
    (tmp_path / name).write_bytes(data)
    assert read_document(tmp_path / name) == expected


def test_a_file_larger_than_the_limit(tmp_path: Path) -> None:
    """It is refused before it is read as YAML; one of exactly the limit is not."""
    path = tmp_path / "large.yaml"
    path.write_bytes(b"x")
    os.truncate(path, LARGEST)
    assert len(read_text(path)) == LARGEST
    os.truncate(path, LARGEST + 1)
    with pytest.raises(DocumentError) as caught:
        read_text(path)
    assert str(caught.value) == f"{path}: larger than 20 MB; split it into smaller files"


def test_what_is_no_file(tmp_path: Path) -> None:
    """A folder, and a file that is not there."""
    for path, why in [(tmp_path, "Is a directory"), (tmp_path / "none", "No such file or directory")]:
        with pytest.raises(DocumentError) as caught:
            read_text(path)
        assert str(caught.value).startswith(f"{path}: cannot be opened: {why}")


def test_files_of_a_folder(tmp_path: Path) -> None:
    """By name, folders walked where they stand; hidden files and links to folders are left out."""
    for name in ("b/2.yaml", "b/1.yaml", "c.yaml", "a.yaml", ".hidden", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "d").symlink_to(tmp_path / "b")
    (tmp_path / "e").symlink_to(tmp_path)
    (tmp_path / "f.yaml").symlink_to(tmp_path / "a.yaml")
    found = list(files(tmp_path))
    assert found == [tmp_path / name for name in ("a.yaml", "b/1.yaml", "b/2.yaml", "c.yaml", "f.yaml")]
    assert list(files(tmp_path / "c.yaml")) == [tmp_path / "c.yaml"]


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    """It is an error in its place, not an exception, so that the rest is read."""
    (error,) = files(tmp_path / "none")
    assert str(error) == f"{tmp_path / 'none'}: no such file or folder; check the path"
