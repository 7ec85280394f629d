"""Anybody's text on a page of LaTeX: a line may end inside what is long and has no space."""

from __future__ import annotations

import re
import unicodedata

from grader.render.escaping import shortened, tex, visible

MAY_END = r"\mayend{}"  # of the preamble
LONGEST_WORD = 15  # characters in a row that a line of text keeps together
LONGEST_NAME = 13  # and a column of a table, of what was typed
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_LONG_NAME = re.compile(rf"\S{{{LONGEST_NAME + 1},}}")
_JOINED = re.compile("([-'`,!?])(?=[-'`,])")  # as in --, which would be a dash
_CODE = re.compile(r"\[U\+[0-9A-F]+\]")
_PIECES = re.compile(r"[^_,/]{1,10}[_,/]?|[_,/]")


def words(text: str) -> str:
    """Any text in a sentence.

    >>> print(words("50% of it"))
    50\\% of it
    """
    return _broken(_LONG_WORD.sub(lambda word: "\n".join(re.findall(".{1,8}", word[0])), composed(text)))


def code(text: str) -> str:
    """Any text as it was typed; what is long is broken behind its joints.

    >>> print(code("map_laplacian_x"))
    \\texttt{map\\_\\mayend{}laplacian\\_\\mayend{}x}
    """
    return rf"\texttt{{{_broken(_LONG_NAME.sub(_at_joints, composed(shortened(text))))}}}"


def composed(text: str) -> str:
    """Text on one line, letters and their accents as one character, so that no break comes between."""
    return unicodedata.normalize("NFC", visible(text))


def _at_joints(word: re.Match[str]) -> str:
    return "\n".join(_PIECES.findall(word[0]))


def _broken(text: str) -> str:
    """Text whose ends of lines are places where LaTeX may end one; signs that fonts would join stay apart."""
    lines = (_JOINED.sub(r"\1{}", tex(line)) for line in text.split("\n"))
    return _CODE.sub(lambda code: code[0] + MAY_END, MAY_END.join(lines))
