"""Answer forms: every step that a sheet asks, blank, for a student to fill in and hand in; in YAML and in Markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from grader.document import Entries, Items, Node, Text
from grader.expression.tree import Shape
from grader.kinds import Kind, Lines, Numbers, Options, Pairs, Words
from grader.parts import Part
from grader.problem import Problem
from grader.render.environment import points, visible
from grader.sheets import Worksheet
from grader.solution import Step

Filled = Mapping[str, Mapping[str, Node]]
"""Answers by problem and step, for a form that is filled in."""

WIDTH = 110  # characters of a line that explains
IN_A_LINE = 12  # entries of a list


def blank(step: Step) -> Node:
    """An answer to a step with nothing in it: of the step's shape, with a place for each pair."""
    if isinstance(step.kind, Pairs):
        entries = Entries()
        for left in step.kind.left:
            entries.put(left, Text(""), None)
        return entries
    return grid(step.shape) if isinstance(step.kind, Numbers) else Text("")


def grid(shape: Shape) -> Node:
    """Nested lists of nothing.

    >>> grid((2, 3))
    [['', '', ''], ['', '', '']]
    """
    return Items([grid(shape[1:]) for _ in range(shape[0])]) if shape else Text("")


def asked(part: Part, step: Step) -> str:
    """What is asked, in words: what it is, in which form, and for how many points."""
    said = [expected(step.kind, step.shape)]
    if part.decimals is not None:
        said.append(f"{part.decimals} decimal{'s' * (part.decimals != 1)}")
    if part.digits is not None:
        said.append(f"{part.digits} significant digit{'s' * (part.digits != 1)}")
    if part.form:
        said.append(part.form)
    said.append(f"{points(part.points)} point{'s' * (part.points != 1)}")
    return ", ".join(said)


def expected(kind: Kind, shape: Shape) -> str:
    """A kind of answer, in words.

    >>> expected(Numbers(), ()), expected(Numbers(), (3, 3)), expected(Options(4), ())
    ('a number', '3 × 3 numbers', 'a letter from a to d')
    """
    if isinstance(kind, Numbers):
        return f"{' × '.join(map(str, shape))} numbers" if shape else "a number"
    if isinstance(kind, Words):
        return "one of " + ", ".join(kind.words)
    if isinstance(kind, Options):
        last = chr(ord("a") + kind.count - 1)
        return f"letters from a to {last}, such as a, {last}" if kind.several else f"a letter from a to {last}"
    if isinstance(kind, Pairs):
        return "for each the one of these that goes with it: " + "; ".join(dict.fromkeys(kind.right))
    if isinstance(kind, Lines):
        return "a derivation, a line each"
    return "a formula" if kind.judge == "formula" else "in words"


def explained(number: int, part: Part, step: Step) -> list[str]:
    """What is asked of a part, in lines that explain."""
    return textwrap.wrap(visible(f"{number}. {step.sentence} ({asked(part, step)})"), WIDTH)


def answer(problem: Problem, step: Step, filled: Filled) -> Node:
    """What stands at a step: what it is filled in with, or nothing."""
    node = filled.get(problem.id, {}).get(step.name.name, blank(step))
    if isinstance(node, Items) and step.kind.judge:
        return Text("\n".join(map(str, node)))
    if isinstance(node, Items) and isinstance(step.kind, Pairs):
        entries = Entries()
        for left, right in zip(step.kind.left, node, strict=False):
            entries.put(left, right, None)
        return entries
    return node


def parts(problem: Problem) -> Iterator[tuple[int, Part, Step]]:
    """What is asked, counted from 1."""
    for number, part in enumerate(problem.parts, start=1):
        yield number, part, problem.solution[part.step]


# YAML


def yaml_form(sheet: Worksheet, filled: Filled | None = None) -> str:
    """A form as a YAML submission, blank or filled in."""
    lines = [
        "# Fill in what stands behind the names and hand in this file. Digits count: 0.600 is not 0.6.",
        "# A ~ stands for a number of a list or a grid. Formulas, derivations and words go below the name behind |-,",
        "# each line set in further than the name.",
        *_head(sheet),
        "answers:",
    ]
    for problem in sheet.problems:
        lines += ["", f"  # {visible(problem.title)}", f"  {quoted(problem.id)}:"]
        for number, part, step in parts(problem):
            node = answer(problem, step, filled or {})
            lines += ["", *(f"    # {line}" for line in explained(number, part, step))]
            lines += _yaml(f"    {quoted(part.step)}:", node, 6, bool(step.kind.judge), problem.decimal == "comma")
    return "\n".join([*lines, ""])


def _head(sheet: Worksheet) -> list[str]:
    codes = dict.fromkeys(sheet.codes.values())
    lines = [f"student: {quoted(sheet.student)}" if sheet.student else "student:   # your name, as the course has it"]
    if sheet.seed:
        lines.append(f"seed: {quoted(sheet.seed)}")
    if len(codes) == 1:
        lines.append(f"variant: {quoted(next(iter(codes)))}")
    elif codes:
        lines += ["variant:", *(f"  {quoted(id)}: {quoted(code)}" for id, code in sheet.codes.items())]
    return lines


def _yaml(key: str, node: Node, indent: int, block: bool, comma: bool) -> list[str]:
    """A key and its value, on as many lines as it takes."""
    pad = " " * indent
    if isinstance(node, Entries):
        return [key, *(f"{pad}{quoted(name)}: {_cell(value, False)}".rstrip() for name, value in node.items())]
    if isinstance(node, Items):
        rows = _rows(node, comma)
        inner = [f"{pad}{'- ' if isinstance(node[0], Items) else ''}{row}" for row in rows]
        return [f"{key} {rows[0]}"] if len(inner) == 1 and not isinstance(node[0], Items) else [key, *inner]
    if block:
        return [f"{key} |-", *(f"{pad}{line}" for line in str(node).strip().splitlines() or [""])]
    return [f"{key} {quoted(node)}" if node else key]


def _rows(node: Items, comma: bool) -> list[str]:
    """A list's entries in flow style; a long vector on several lines."""
    if any(isinstance(each, Items) for each in node):
        return [_flow(each, comma) for each in node]
    cells = [_cell(each, True, comma) for each in node]
    pieces = [", ".join(cells[k : k + IN_A_LINE]) for k in range(0, len(cells), IN_A_LINE)]
    return [f"[{pieces[0]}]"] if len(pieces) == 1 else ["[", *(f"  {piece}," for piece in pieces), "]"]


def _flow(node: Node, comma: bool) -> str:
    if isinstance(node, Items):
        return "[" + ", ".join(_flow(each, comma) for each in node) + "]"
    return _cell(node, True, comma)


def _cell(node: Node, flow: bool, comma: bool = False) -> str:
    """An entry; one that is blank can be seen within a list."""
    if not str(node):
        return ("''" if comma else "~") if flow else ""
    return quoted(str(node))


_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*|-?[0-9]+(?:[./][0-9]+)?(?:[eE][-+]?[0-9]+)?")
_SPECIAL = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def quoted(text: str) -> str:
    r"""Text as YAML that says it, plain where that is safe.

    >>> print(quoted("sgd-line"), quoted("42"), quoted("no"), quoted('a: "b"\u202e'))
    sgd-line 42 "no" "a: \"b\"\u202e"
    """
    if _PLAIN.fullmatch(text) and text.casefold() not in _SPECIAL:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08x}" if ord(character) > 0xFFFF else (
        f"\\u{ord(character):04x}"
    )  # fmt: skip


# Markdown


def md_form(sheet: Worksheet, filled: Filled | None = None) -> str:
    """A form as a Markdown submission, blank or filled in."""
    lines = ["---", *_head(sheet), "---", "", *(f"> {line}" for line in _HELP)]
    for problem in sheet.problems:
        lines += ["", f"## `{problem.id}` {_bare(problem.title)}"]
        for number, part, step in parts(problem):
            node = answer(problem, step, filled or {})
            lines += ["", *(f"> {line}" for line in map(_bare, explained(number, part, step))), ""]
            lines += _markdown(part.step, node, bool(step.kind.judge))
    return "\n".join([*lines, ""])


_HELP = (
    "Fill in what stands behind the names and hand in this file. Digits count: 0.600 is not 0.6.",
    "Numbers of a list or a grid go into the table, formulas, derivations and words between the fences.",
    "Remarks of your own go behind a > like this one.",
)


def _bare(text: str) -> str:
    """Text that shows and starts nothing."""
    from grader.render.environment import markdown

    return markdown(text)


def _markdown(name: str, node: Node, block: bool) -> list[str]:
    if isinstance(node, Entries):
        return list(chain.from_iterable([f"`{name}[{left}]` = {right}".rstrip(), ""] for left, right in node.items()))[
            :-1
        ]
    if isinstance(node, Items):
        return list(_tables(name, node, ()))
    if block:
        text = str(node).strip()
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        return [f"`{name}` =", "", fence, *(text.splitlines() or [""]), fence]
    return [f"`{name}` = {node}".rstrip()]


def _tables(name: str, node: Items, index: tuple[int, ...]) -> Iterator[str]:
    """A vector or a matrix as a table, a tensor as a table for each of its matrices."""
    if isinstance(node[0], Items) and isinstance(node[0][0], Items):
        for number, each in enumerate(node, start=1):
            assert isinstance(each, Items)
            yield from [""] if number > 1 else []
            yield from _tables(name, each, (*index, number))
        return
    rows: Sequence[Node] = node if isinstance(node[0], Items) else [node]
    place = f"[{','.join(map(str, index))}]" if index else ""
    yield from [f"`{name}{place}` =", "", _row("" for _ in rows[0]), _row("---" for _ in rows[0])]
    yield from (_row(str(cell).replace("|", r"\|") for cell in row) for row in rows)


def _row(cells: Iterator[str]) -> str:
    return "| " + " | ".join(cell or " " for cell in cells) + " |"


FORMS: dict[str, Callable[[Worksheet], str]] = {".yaml": yaml_form, ".md": md_form}
"""The kinds of form by the ending of a file's name."""
