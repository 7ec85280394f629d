"""The page of all families, `docs/families.md`, from their own docstrings, signatures and examples.

Write it anew with `python -m grader.render.families > docs/families.md`.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from textwrap import dedent

from grader.families import Family, default, example_solution, load_all
from grader.render.environment import code, markdown
from grader.solution import Solution

INTRODUCTION = dedent("""\
    # Families

    A family is one kind of exercise. A problem names its `family`, gives its givens, and asks for any of its steps.
    This page is written from the families themselves by `python -m grader.render.families > docs/families.md`;
    `grader families NAME` prints one of them, and `grader new NAME` a spec to start from.
    """)


def page() -> str:
    """Every family with its conventions, its givens, the steps of its example, and that example."""
    families = sorted(load_all().values(), key=lambda family: family.name)
    contents = "\n".join(f"- [`{family.name}`](#{family.name}): {family.summary}" for family in families)
    return "\n".join([INTRODUCTION, contents, *(section for family in families for section in sections(family))]) + "\n"


def sections(family: Family) -> Iterator[str]:
    """A family's part of the page, a piece at a time."""
    yield f"\n## {family.name}\n\n{family.doc}\n"
    yield table(
        ("given", "what to write", "default"),
        (
            (code(given.name), markdown(given.kind.expects), "required" if given.required else code(default(given)))
            for given in family.givens.values()
        ),
    )
    steps = example_solution(family)
    yield table(("steps of the example", "what the student reads"), alike(steps))
    if slips := list(dict.fromkeys(slip.name for step in steps.values() for slip in step.slips)):
        yield f"Slips that it names: {', '.join(map(code, slips))}.\n"
    yield f"```yaml\n{family.example}```"


def alike(steps: Solution) -> Iterator[tuple[str, str]]:
    """Steps with what the student reads; those that differ in a number only, from the first to the last of them."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, step in steps.items():
        groups[re.sub(r"\d+", "0", name), step.sentence].append(name)
    for (_, sentence), names in groups.items():
        first, last = code(names[0]), code(names[-1])
        yield first if len(names) == 1 else f"{first} … {last}", markdown(sentence)


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = (heads, ("---",) * len(heads), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(page())
