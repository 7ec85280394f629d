"""Answers in Markdown: a heading for each problem, its id in backticks, and `name = value` below it.

Under `name =` a table holds a tensor (`name[2] =` its second matrix), and a fenced block what takes several lines.
Headings, quotes (`>`), rules and blank lines say nothing; any other line that is not understood is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from grader.document import Entries, Items, Node, Text, read_yaml
from grader.errors import GraderError, Place, SubmissionError
from grader.intake.records import HEAD

MOST_TROUBLES = 20  # lines of a file that are named
MOST_MISSING = 100  # entries of a list that may be left out

_PROBLEM = re.compile(r"#{1,6}\s[^`]{0,1000}`([^`]{1,200})`")
_WORD = re.compile(r"#{1,6}\s+(\S{1,200})\s*")
_NOTHING = re.compile(r"\s{0,3}(?:#{1,6}\s.*|>.*|(?:[-*_]\s*){3,})?")
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_BULLET = r"\s*(?:[-*+]\s+|\d{1,3}[.)]\s+)?"
_VALUE = re.compile(_BULLET + r"`?([^\s`=\[\]|]{1,100})(?:\[(.{1,400}?)\])?`?\s*=(.*)")
_RULE = re.compile(r":?-+:?")


@dataclass
class Form:
    """A form while it is read: what stands so far, and where the next value goes."""

    place: Place
    head: Entries = field(default_factory=Entries)
    answers: Entries = field(default_factory=Entries)
    troubles: list[GraderError] = field(default_factory=list)
    steps: Entries | None = None
    open: tuple[Entries, str] | None = None
    """Where a table or a block goes that stands next."""
    ruled: bool = False
    """Whether the open table has had its rule."""
    quoted: str = ""
    """The problem whose heading came last, where its id stands in backticks."""
    marked: set[str] = field(default_factory=set)
    """All problems whose ids stand in backticks."""
    prose: bool = False
    """Whether lines may say nothing, as between the cells of a notebook."""

    def trouble(self, what: str, line: int, hint: str) -> None:
        """Name a line; of very many only the first."""
        if len(self.troubles) < MOST_TROUBLES:
            self.troubles.append(SubmissionError(what, self.place._replace(line=line), hint))

    def stray(self, what: str, line: int, hint: str) -> None:
        """Name a line that belongs to nothing, unless it may be prose."""
        if not self.prose:
            self.trouble(what, line, hint)

    def problem(self, id: str, line: int) -> None:
        """A heading: from here on answers are to this problem."""
        steps = self.answers.get(id)
        if not isinstance(steps, Entries):
            steps = Entries(line)
            self.answers.put(id, steps, line)
        self.steps, self.open = steps, None

    def heading(self, match: re.Match[str], line: int) -> None:
        """A heading that names a problem."""
        self.quoted = match[1] if match.re is _PROBLEM else ""
        self.marked |= {match[1]} if self.quoted else set()
        self.problem(match[1], line)

    def value(self, name: str, index: str | None, text: str, line: int) -> None:
        """A line `name = value`, or `name[index] = value`."""
        if name in HEAD and not self.steps:
            self.head.put(name, Text(text, line), line)
            return
        if self.steps is None:
            self.stray(f"'{name}' stands before the first problem", line, "put a heading with its id above: ## `id`")
            return
        entries, key = self.steps, name
        if index is not None:
            inner = self.steps.get(name)
            if not isinstance(inner, Entries):
                inner = Entries(line)
                self.steps.put(name, inner, line)
            entries, key = inner, index.strip()
        if key in entries and not isinstance(entries[key], Entries):
            first = entries.line_of(key)
            self.trouble(f"'{name}' stands twice", line, f"the first, on line {first}, is read; remove one of them")
            self.open = (Entries(), key)
            return
        entries.put(key, Text(text, line), line)
        self.open, self.ruled = None if text else (entries, key), False

    def row(self, cells: list[str], line: int) -> None:
        """A row of a table; a blank one above the rule is no row of it."""
        if self.open is None:
            self.stray("a table that belongs to no name", line, "write `name =` above it")
            return
        entries, key = self.open
        rows = entries[key] if isinstance(entries.get(key), Items) else Items(line=line)
        assert isinstance(rows, Items)
        if all(map(_RULE.fullmatch, cells)) and not self.ruled:
            self.ruled = True
            if len(rows) == 1 and not any(map(str, rows[0])):
                rows.pop()
        else:
            rows.append(Items([Text(cell, line) for cell in cells], line))
        entries[key] = rows

    def block(self, text: str, line: int) -> None:
        """What stands between fences."""
        if self.open is None:
            self.stray("a block that belongs to no name", line, "write `name =` above it")
            return
        entries, key = self.open
        entries[key], self.open = Text(text, line), None

    def read(self, lines: list[str], at: int = 0) -> None:
        """Read lines from one on."""
        while at < len(lines):
            text, at = lines[at], at + 1
            if heading := _PROBLEM.match(text) or _WORD.fullmatch(text):
                self.heading(heading, at)
            elif fence := _FENCE.match(text):
                end = _end(lines, at, fence[1])
                self.block("\n".join(lines[at:end]), at)
                if closed := end < len(lines) and not _PROBLEM.match(lines[end]):
                    end += 1
                if not closed:
                    self.stray("the block that starts here is not closed", at, f"write {fence[1]} below it")
                at = end
            elif text.lstrip().startswith("|"):
                self.row(_cells(text), at)
            elif _NOTHING.fullmatch(text):
                continue
            elif value := _VALUE.fullmatch(text):
                self.value(value[1], value[2], _bare(value[3]), at)
            else:
                what = f"expected `name = value`, got '{_shown(text)}'"
                self.stray(what, at, "remarks go behind >, what takes several lines between ``` and ```")

    def settled(self) -> Entries:
        """The answers by problem, headings that are none left out."""
        answers = Entries(self.answers.line)
        for id, steps in self.answers.items():
            if isinstance(steps, Entries) and (steps or id in self.marked):
                answers.put(id, _settled(steps), self.answers.line_of(id))
        return answers


def document(text: str, place: Place) -> tuple[Entries, list[GraderError]]:
    """What a form says, as YAML would say it, and the lines that are not understood.

    Raises `DocumentError` where the lines between `---` at its head are not YAML.

    >>> found, _ = document("student = s001\\n## `sgd-line`\\n- w_1 = 0.524\\n`x` =\\n| 1 | 2 |\\n|--|--|", Place())
    >>> found
    {'student': 's001', 'answers': {'sgd-line': {'w_1': '0.524', 'x': [['1', '2']]}}}
    """
    lines = re.split(r"\r\n|\r|\n", text)
    form, start = Form(place), 0
    if lines[0].rstrip() == "---" and "---" in (ends := [line.rstrip() for line in lines[1:]]):
        start = ends.index("---") + 2
        head = read_yaml("\n" + "\n".join(lines[1 : start - 1]), place)
        form.head = head if isinstance(head, Entries) else form.head
    form.read(lines, start)
    form.head.put("answers", form.settled(), None)
    return form.head, form.troubles


def _end(lines: list[str], at: int, fence: str) -> int:
    """Where a block ends: at its fence, or at the heading of a problem, or at the end."""
    for k in range(at, len(lines)):
        text = lines[k].strip()
        if (text.startswith(fence) and not text.strip(fence[0])) or _PROBLEM.match(lines[k]):
            return k
    return len(lines)


def _cells(text: str) -> list[str]:
    """The cells of a row."""
    inner = re.sub(r"(?<!\\)\|$", "", text.strip()[1:].rstrip())
    return [cell.replace(r"\|", "|").strip().strip("`") for cell in re.split(r"(?<!\\)\|", inner)]


def _bare(text: str) -> str:
    """A value without the spaces and the backticks around it."""
    text = text.strip()
    return text[1:-1].strip() if len(text) > 1 and text[0] == text[-1] == "`" and "`" not in text[1:-1] else text


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"


def _settled(steps: Entries) -> Entries:
    """Answers, with those that were given by number as lists."""
    found = Entries(steps.line)
    for name, node in steps.items():
        found.put(name, _listed(node) if isinstance(node, Entries) else node, steps.line_of(name))
    return found


def _listed(entries: Entries) -> Node:
    """A list of what has the numbers 1, 2, …; with several numbers a list of lists; else as it is."""
    places = {key: tuple(re.split(r"\s*,\s*", key)) for key in entries}
    if not all(part.isdecimal() and len(part) < 7 for place in places.values() for part in place):
        return entries
    by_first: dict[int, Entries] = {}
    for key, (first, *rest) in places.items():
        inner = by_first.setdefault(int(first), Entries(entries.line_of(key)))
        inner.put(",".join(rest), entries[key], entries.line_of(key))
    if min(by_first) < 1 or max(by_first) > len(by_first) + MOST_MISSING:
        return entries
    parts = [by_first.get(k + 1, Entries()) for k in range(max(by_first))]
    return Items([part[""] if "" in part else _listed(part) if part else Text("") for part in parts], entries.line)
