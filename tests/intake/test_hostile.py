"""Bad input in the midst of good: exactly that one thing is listed, with its place and why, and all else is read."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.intake.reading import DEEP, ENDS, GOOD, LARGE, NESTED, answered, found, no_text

BROKEN: dict[str, tuple[bytes, str]] = {
    "100 MB": (answered(b'"' + b"1" * 100_000_000 + b'"'), LARGE),
    "deep lists": (answered(b"[" * DEEP), NESTED),
    "deep lists, closed": (answered(b"[" * DEEP + b"]" * DEEP), NESTED),
    "deep mappings": (answered(b'{"a":' * DEEP), NESTED),
    "33 deep": (answered(b"[" * 30 + b"]" * 30), NESTED),
    "brackets only": (b"[" * DEEP, NESTED),
    "a key twice": (answered(b'1, "w": 2'), "the key 'w' stands twice"),
    "a student twice": (b'{"student": "x", "student": "y"}', "the key 'student' stands twice"),
    "UTF-8": (answered(b'"\xe9"'), no_text("e9", 44)),
    "half a character": (answered(b'"\xed\xa0\x80"'), no_text("ed", 44)),
    "UTF-16": ('{"student": "x"}'.encode("utf-16"), no_text("ff", 0)),
    "a zero byte": (answered(b'"\0"'), "not JSON: Invalid control character at column 45"),
    "zero bytes": (b"\0" * 9, "not JSON: Expecting value at column 1"),
    "cut off": (GOOD[0][:-9], "not JSON: Unterminated string starting at column 39"),
    "two in a line": (GOOD[0] + b"\r" + GOOD[1], ENDS),
    "a leading zero": (answered(b"01"), "not JSON: Expecting ',' delimiter at column 45"),
    "no mapping": (b"17", "expected a mapping with student and answers"),
    "nobody": (b'{"student": " ", "answers": {}}', "no student is named; write student: and an identifier"),
    "a list of students": (b'{"student": ["x"]}', "no student is named; write student: and an identifier"),
    "an unknown key": (b'{"student": "x", "anwsers": {}}', "anwsers: unknown key 'anwsers'; did you mean 'answers'?"),
    "a name that moves the cursor": (b'{"student": "x", "\\u001b[2J\\n": 1}', "\ufffd[2J : unknown key '\ufffd[2J '; "
                                     "known here: answers, seed, student, time, variant"),
}  # fmt: skip


@pytest.mark.parametrize("portion", [100, 8_000_000])
@pytest.mark.parametrize(("line", "why"), BROKEN.values(), ids=BROKEN)
def test_one_broken_line(tmp_path: Path, line: bytes, why: str, portion: int) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*GOOD[:2], b"", line, *GOOD[2:]]))
    read, errors = found(path, tmp_path, portion)
    assert errors == [f"a.jsonl:4: {why}"]
    assert [(item.student, item.place.line) for item in read] == [("a", 1), ("b", 2), ("c", 5), ("d", 6)]
    assert [item.sheet("line") for item in read] == [{"w": "1"}] * 4


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        (b"NaN", "NaN"),
        (b"-Infinity", "-Infinity"),
        (b"1e999", "1e999"),
        (b"-0", "-0"),
        (b"-0.0", "-0.0"),
        (b"1.50", "1.50"),
        (b"9" * 4_300, "9" * 4_300),
        (b"9" * 5_000, "9" * 5_000),
        (b"-" + b"9" * 5_000, "-" + "9" * 5_000),
        (b'"\\ud800"', "?"),
        (b'"\\udc00\\ud800"', "??"),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\u0000"', "\0"),
        (b'"\\u001b[2J"', "\x1b[2J"),
        (b'"a\\nb"', "a\nb"),
        (b'"\xe2\x80\xa8"', "\u2028"),
        (b"true", "true"),
        (b"null", ""),
        (b'[1, {"a": null}]', ["1", {"a": ""}]),
        (b"[" * 29 + b"]" * 29, None),
    ],
)
def test_odd_answers_are_answers(tmp_path: Path, text: bytes, typed: object) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\r\n".join([GOOD[0], answered(text), GOOD[1]]) + b"\r\n")
    read, errors = found(tmp_path, tmp_path)
    assert errors == []
    assert [item.student for item in read] == ["a", "x", "b"]
    assert typed is None or read[1].sheet("line")["w"] == typed


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r\r\n", b"\n\xef\xbb\xbf", b"\n\n \t\n"])
def test_line_ends_and_marks(tmp_path: Path, ends: bytes) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + ends.join(GOOD) + ends)
    read, errors = found(tmp_path, tmp_path)
    assert ([item.student for item in read], errors) == (list("abcd"), [])


OPENINGS = ["[", "{", "- ", "? ", "[{a: ", "- [", "a: [", "!x [", "- - ? ", "{a: {? "]
SCRIPT = """
import sys
from grader.document import read_json, read_yaml
from grader.errors import GraderError
for aliases in (False, True):
    try:
        read_yaml(sys.argv[1] * int(sys.argv[2]), aliases=aliases)
    except GraderError as error:
        print(error)
try:
    read_json(sys.argv[1] * int(sys.argv[2]))
except GraderError as error:
    print(error)
"""


def bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (700_000_000, 700_000_000))


@pytest.mark.parametrize("count", [100_000, 5_000_000])
@pytest.mark.parametrize("opening", OPENINGS)
def test_millions_of_brackets(opening: str, count: int) -> None:
    """The parser of YAML is written in C: nesting must stop before it takes the stack or the memory with it."""
    call = [sys.executable, "-c", SCRIPT, opening, str(count // len(opening))]
    done = subprocess.run(call, preexec_fn=bounded, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 3
