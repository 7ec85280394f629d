"""Lines of JSON: the fast way and the slow one say the same of anything."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.document import decoded, from_python, read_json
from grader.errors import GraderError, Place
from grader.intake import Lines, Submission, submission
from tests.intake.reading import located, said


def slowly(line: bytes, place: Place) -> Submission | GraderError:
    try:
        return submission(read_json(decoded(line, place), place), place)
    except GraderError as error:
        return error.at(place)


def alike(line: bytes) -> None:
    """A line says what its document says."""
    place = Place("a.jsonl", 5)
    found = Lines("a.jsonl", 5, line + b"\n").read()
    if line.strip(b" \t\r\n\xef\xbb\xbf"):
        assert [said(item) for item in found] == [said(slowly(line, place))]
    else:
        assert found == []


NUMBERS = st.one_of(
    st.integers().map(str),
    st.floats().map(json.dumps),
    st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,8})?([eE][+-]?[0-9]{1,4})?", fullmatch=True),
    st.sampled_from(["-0", "-0.0", "-0e1", "1e999", "NaN", "-Infinity", "01", "1.", "+1", "0x1", "1_000", "9" * 4301]),
)
TEXTS = st.one_of(
    st.text(max_size=8), st.sampled_from([":", "a:b", "-0", "{", "[[[", "\ud800", "\u2028", "\x00", '"', "Zoe\u0308"])
)
WHOLE = TEXTS.filter(lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text))
QUOTED = st.one_of(
    TEXTS.map(json.dumps),
    WHOLE.map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.sampled_from(['"\\u003a"', '"\\u003A:"', '"\\/"', '"\\ud83d\\ude00"']),
)
SPACE = st.sampled_from(["", "", "", " ", "\t", " \r "])


def listed(items: st.SearchStrategy[str], ends: str) -> st.SearchStrategy[str]:
    within = st.tuples(SPACE, st.lists(items, max_size=4).map(",".join), SPACE).map("".join)
    return within.map(lambda text: ends[0] + text + ends[1])


def mapped(keys: st.SearchStrategy[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """JSON objects as text, in which a key may stand twice."""
    return listed(st.tuples(keys, SPACE, st.just(":"), SPACE, values).map("".join), "{}")


PLAIN = st.one_of(NUMBERS, QUOTED, st.sampled_from(["true", "false", "null"]))
VALUES = st.recursive(PLAIN, lambda inner: st.one_of(listed(inner, "[]"), mapped(QUOTED, inner)), max_leaves=8)
STEPS = mapped(st.sampled_from(['"w"', '"b"', '"\\u0077"', '"a:b"']), st.one_of(PLAIN, VALUES))
SHEETS = mapped(st.sampled_from(['"line"', '"maps"']), st.one_of(STEPS, STEPS, STEPS, VALUES))
HEADS = ['"student"', '"seed"', '"variant"', '"time"', '"answers"']


@st.composite
def handed_in(draw: st.DrawFn) -> str:
    """A line as a student's page may be written, most of it in order."""
    said = [f'"student":{draw(st.one_of(QUOTED, NUMBERS))}', f'"answers":{draw(SHEETS)}']
    for key in draw(st.lists(st.sampled_from(HEADS), max_size=2)):
        said.append(f"{key}:{draw(st.one_of(PLAIN, VALUES))}")
    return draw(SPACE) + "{" + ",".join(draw(st.permutations(said))) + "}" + draw(SPACE)


@given(handed_in())
@settings(max_examples=400)
@example('{"student":"a","answers":{"p":{"w":1,"w":2}}}')
@example('{"student":"a","answers":{"p":{"w":"\\u003a","w":2}}}')
@example('{"student":"a","student":"b","time":"1:2","answers":{}}')
@example('{"student":"a:b","time":"12:30","seed":42,"variant":"A","answers":{"p:q":{"w:1":"::"}}}')
@example('{"student":"a","answers":{"p":{"w":-0,"x":[-0, -0.0]}}}')
@example('{"student":7,"answers":{"p":{"w":true,"x":null,"y":1,"z":[false,{}]}}}')
def test_a_line_says_what_its_document_says(line: str) -> None:
    alike(line.encode())


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A line with a few bytes put into it or taken out."""
    line = draw(handed_in()).encode()
    start, length = draw(st.integers(0, len(line))), draw(st.integers(0, 2))
    return line[:start] + draw(st.binary(max_size=2)) + line[start + length :]


@given(st.one_of(VALUES.map(str.encode), st.binary(max_size=40), damaged()))
@settings(max_examples=400)
def test_any_bytes_are_answered_alike(line: bytes) -> None:
    alike(line.replace(b"\n", b" "))


@pytest.mark.parametrize("depth", [28, 29, 30, 31, 40, 500, 100_000])
@pytest.mark.parametrize("ends", ["[]", '{"a":}'])
def test_as_deep_as_a_document_may_be(depth: int, ends: str) -> None:
    inner = ends[:-1] * depth + "1" + ends[-1] * depth
    alike(f'{{"student": "a", "answers": {{"p": {{"w": {inner}}}}}}}'.encode())


def test_from_python_at_a_place() -> None:
    node = from_python({"w": [1]}, Place("a.jsonl", 3))
    assert located(node) == (3, [("w", 3, (3, [("1", 3)]))])
