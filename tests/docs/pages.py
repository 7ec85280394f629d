"""The documents as blocks, each with what it is for: a file, a change of one, commands, or what these print.

The words behind a fence say it: `yaml file=problems/line.yaml` is a file, `yaml change=problems/line.yaml` that file
with other values for some of its keys, which must then check, `diff file=tests/x.py` lines that go into a file, `sh`
commands (`sh exit=1`), `text` what the block before it prints, in which `…` stands for anything, `python` a session of
Python, `console` and `markdown` something that is only shown.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import click
from markdown_it import MarkdownIt

from grader.cli import COMMANDS, main

SHOWN = {"console", "markdown"}
"""What is not run and not compared, unless it is a file."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what is said of it, its text, its first line and the section it stands in."""

    language: str
    options: Mapping[str, str]
    text: str
    line: int
    section: str

    @property
    def file(self) -> str:
        """The file that it is, or that it changes."""
        return self.options.get("file") or self.options.get("change", "")


def blocks(document: str) -> list[Block]:
    """The fenced blocks of a document that mean something, in their order.

    >>> [(block.language, block.file) for block in blocks("# T\\n\\n```yaml file=a.yaml\\nx: 1\\n```\\n")]
    [('yaml', 'a.yaml')]
    """
    found, section, heading = [], "", False
    for token in MarkdownIt().parse(document):
        if token.type == "heading_open":
            heading = token.tag in {"h1", "h2"}
        elif token.type == "inline" and heading:
            section, heading = token.content, False
        elif token.type == "fence":
            language, *words = token.info.split()
            options = dict(word.split("=", 1) for word in words)
            block = Block(language, options, token.content, (token.map or [0])[0] + 1, section)
            if language not in SHOWN or block.file:
                found.append(block)
    return found


def calls(block: Block) -> Iterator[list[str]]:
    """The words of each line of a block that calls the program, as far as the shell's own signs."""
    for line in block.text.splitlines():
        if line.startswith("grader "):
            yield shlex.split(re.split(r"[|>;&]", line)[0], comments=True)[1:]


def missing(block: Block) -> str:
    """What a block calls that the program does not have here; empty where it has all of it."""
    return next(filter(None, map(lacking, calls(block))), "") if block.language == "sh" else ""


def lacking(words: list[str]) -> str:
    """What a call needs and does not find: a command, an option, a format or the package that writes it."""
    name, *rest = words
    if name.startswith("-"):
        return ""
    if name not in COMMANDS:
        return f"there is no `grader {name}` yet"
    command = main.get_command(click.Context(main), name)
    assert command is not None
    options = {opt: each for each in command.params if isinstance(each, click.Option) for opt in each.opts}
    for option, value in pairwise([*rest, ""]):
        if option.startswith("--") and option not in options and option != "--help":
            return f"`grader {name}` has no {option} yet"
        kind = options[option].type if option in options else None
        if isinstance(kind, click.Choice) and value not in kind.choices:
            return f"`grader {name} {option}` does not know {value} yet"
        if isinstance(kind, click.Choice) and value == "pdf" and importlib.util.find_spec("typst") is None:
            return "the package typst is not installed"
    return ""


def agrees(shown: str, printed: str) -> bool:
    """Whether what was printed is what is shown, in which `…` stands for any lines, or for anything within one.

    >>> agrees("a …\\n…\\nd", "a b\\nb\\nc\\nd"), agrees("a", "a\\nb")
    (True, False)
    """
    pattern = ""
    for line in shown.rstrip().splitlines():
        each = re.escape(line.rstrip()).replace("…", "[^\\n]*") + r"[ \t]*\n"
        pattern += r"(?:[^\n]*\n)*?" if line.strip() == "…" else each
    return re.fullmatch(pattern, printed.rstrip() + "\n") is not None


def with_keys(base: str, change: str) -> str:
    """A spec with a fragment's top-level keys in the place of its own, or behind them.

    >>> print(with_keys("a: 1\\nb:\\n  c: 2\\n", "b: 3\\nd: 4\\n"), end="")
    a: 1
    b: 3
    d: 4
    """
    keys = [parts(text) for text in (base, change)]
    return "".join({**keys[0], **keys[1]}.values())


def parts(text: str) -> dict[str, str]:
    """The lines of each top-level key."""
    found = re.findall(r"^[^\s#][^\n]*\n(?:[ \t#][^\n]*\n|\n)*", text, flags=re.MULTILINE)
    return {part.partition(":")[0]: part for part in found}


def patched(text: str, diff: str) -> str:
    """A text with a diff without line numbers in it: what it keeps and takes away must stand there once."""
    lines = [line for line in diff.splitlines() if line]
    old, new = ("".join(f"{line[1:]}\n" for line in lines if line[0] != sign) for sign in "+-")
    assert text.count(old) == 1, f"expected once, found {text.count(old)} times:\n{old}"
    return text.replace(old, new)
