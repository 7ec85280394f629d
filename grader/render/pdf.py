"""PDF from Typst, by the `typst` package: its own fonts, an empty folder to read from, no clock and no network.

The PDF is tagged, and Typst refuses what PDF/UA-1 forbids: a picture without words, a heading that skips a level. The
same source gives the same bytes.
"""

from __future__ import annotations

import re
import tempfile
from functools import cache
from typing import TYPE_CHECKING, Final

from grader.errors import DocumentError, SpecError

if TYPE_CHECKING:
    import typst

STANDARD: Final = "ua-1"
MOST_TRIES = 3  # at characters that the fonts lack; behind one that is replaced there may be another
_LACKING = re.compile(r'the text `"((?:[^"\\]|\\.)+)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")


def pdf(source: str) -> bytes:
    """A Typst document as PDF.

    Characters that no font has stand as their numbers, `[U+674E]`. Raises `DocumentError` where `typst` is not
    installed, and `SpecError` where the source is no Typst, which templates of ours do not write.
    """
    for _ in range(MOST_TRIES):
        made = compiled(source)
        if isinstance(made, bytes):
            return made
        source = numbered(source, made)
    raise SpecError("holds characters that no font has")


def compiled(source: str) -> bytes | frozenset[str]:
    """The PDF, or the characters that no font has."""
    press = compiler()
    from typst import TypstError

    try:
        made = press.compile(source.encode("utf-8", "replace"), format="pdf", pdf_standards=STANDARD, timestamp=0)
    except TypstError as error:
        if lacking := _LACKING.findall(error.diagnostic):
            return frozenset("".join(map(_unescaped, lacking)))
        raise SpecError(f"cannot be set as PDF: {error.message}") from error
    assert isinstance(made, bytes)
    return made


@cache
def compiler() -> typst.Compiler:
    """The compiler, which keeps its fonts and what pages share; it sees one folder, which is empty and is removed."""
    try:
        import typst
    except ImportError as error:
        raise DocumentError("PDF needs the package typst", hint="pip install 'grader[pdf]'") from error
    empty = tempfile.TemporaryDirectory(prefix="grader-")
    press = typst.Compiler(
        root=empty.name, ignore_system_fonts=True, package_path=empty.name, package_cache_path=empty.name
    )
    _folders.append(empty)
    return press


_folders: list[tempfile.TemporaryDirectory[str]] = []  # until the program ends


def numbered(source: str, characters: frozenset[str]) -> str:
    """The source with some characters as their numbers.

    >>> numbered("a 李 b", frozenset("李"))
    'a [U+674E] b'
    """
    return "".join(f"[U+{ord(each):04X}]" if each in characters and not each.isascii() else each for each in source)


def _unescaped(text: str) -> str:
    """What the compiler names, out of its quotes."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
