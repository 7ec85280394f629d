"""Elements of MathML, as text: what the boxes of `mathml` are made of."""

from __future__ import annotations

import re
from html import escape

from grader.expression.decimals import scientific

AMBIGUOUS = "|‖∣"  # an opening and a closing bracket look the same, so that the place says too little
TALL = ("<mfrac", "<mtable", "<munder", "∑")
"""What a bracket grows for: around anything else one that may grow takes the room of its largest form in browsers."""
_UPRIGHT = "∇∅∀∃ΓΔΘΛΞΠΣΥΦΨΩ"


def element(name: str, *inner: str, **attributes: str) -> str:
    written = "".join(f' {key.removesuffix("_")}="{value}"' for key, value in attributes.items() if value)
    return f"<{name}{written}>{''.join(inner)}</{name}>"


def row(*inner: str) -> str:
    return inner[0] if len(inner) == 1 else element("mrow", *inner)


def operator(text: str, **attributes: str) -> str:
    return element("mo", escape(shown(text)), **attributes)


def shown(text: str) -> str:
    return "⋅" if text == "·" else text


def identifier(text: str) -> str:
    if len(text) > 1:
        return element("mtext", spaced(text))
    return element("mi", escape(text), mathvariant="normal" if text in _UPRIGHT else "")


def spaced(text: str) -> str:
    """Text whose spaces at its ends stay."""
    return escape(re.sub(r"^\s|\s$", "\u00a0", text))


def bracket(text: str, form: str, grows: bool) -> str:
    """A bracket, and whether it grows with what it holds; a dot is none."""
    if text == ".":
        return ""
    sure = {"form": form, "stretchy": "true"} if text in AMBIGUOUS else {}
    return operator(text, **(sure if grows else {**sure, "stretchy": "false"}))


def fenced(inner: str, brackets: str) -> str:
    grows = any(sign in inner for sign in TALL)
    return element("mrow", bracket(brackets[0], "prefix", grows), inner, bracket(brackets[1], "postfix", grows))


def number(text: str) -> str:
    mantissa, exponent = scientific(text)
    digits = element("mn", escape(mantissa.removeprefix("-")))
    if exponent:
        digits = row(digits, operator("·"), element("msup", "<mn>10</mn>", number(exponent)))
    return row(operator("−"), digits) if text.startswith("-") else digits


def marks(text: str) -> str:
    """An index as it was written: numbers, letters, words, signs."""
    return row(*map(mark, re.findall(r"\d+|[^\W\d_]+|[^\s]", text))) if text.strip() else "<mrow></mrow>"


def mark(text: str) -> str:
    if text.isdecimal():
        return element("mn", text)
    return identifier(text) if text.isalpha() else operator(text)


def primed(count: int) -> str:
    """Primes as one sign where there is one."""
    return operator({2: "″", 3: "‴"}.get(count, "′" * count)) if count else ""
