"""Distinct pages of answers to a problem, judged in groups, and their marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from grader.expression.tree import Shape
from grader.marking.answers import reader
from grader.marking.bodies import Bodies
from grader.marking.following import Students
from grader.marking.group import Group
from grader.marking.handed import Handed, equal_pages
from grader.marking.marked import Marked, used
from grader.marking.numbers import SingleNumbers, single
from grader.marking.reads import read_in
from grader.marking.stated import Own, body_of, texts_of
from grader.marking.verdicts import CODES, CORRECT, NOTHING, overall
from grader.parts import Part
from grader.problem import Problem

Odd = tuple[tuple[str, Shape | None], ...]
"""The steps that were answered in another shape than the solution's; then all that was answered counts."""


class Pages:
    """Distinct pages of answers to a problem."""

    def __init__(self, problem: Problem, handed: Handed) -> None:
        self.problem, self.handed, self.count = problem, handed, handed.codes.shape[1]
        self.texts = texts_of(problem)
        self.reads = read_in(problem.solution, handed, reader(problem.decimal))
        self.bodies = Bodies(problem)

    def marked(self) -> Marked:
        """The marks of all pages."""
        codes = np.zeros((len(self.problem.parts), self.count), dtype=np.int32)
        for odd, own, pages in self.groups():
            some = np.repeat(pages, 2) if len(pages) == 1 else pages  # NumPy sums a lone column in another order
            group = self.group(odd, own, some)
            for row, part in enumerate(self.problem.parts):
                judge = self.problem.solution[part.step].kind.judge
                codes[row, some] = self.stated(part, some) if judge else self.compared(group, part)
        return self.bodies.marked(codes)

    def group(self, odd: Odd, own: Own, pages: Students) -> Group:
        """Pages of the same shapes that rest on the same formulas."""
        shapes = {name: step.shape for name, step in self.problem.solution.items()}
        shapes |= {name: shape for name, shape in odd if shape is not None}
        return Group(self.problem, self.handed.take(pages), self.reads, shapes, own)

    def groups(self) -> Iterator[tuple[Odd, Own, Students]]:
        """The pages by the shapes that are not the solution's and by the formulas that are not the key's."""
        found: dict[tuple[Odd, Own], list[int]] = defaultdict(list)
        odd, own = self.odd(), self.own()
        for page in sorted({*odd, *own}):
            found[odd.get(page, ()), own.get(page, ())].append(page)
        rest = np.ones(self.count, dtype=bool)
        rest[[*odd, *own]] = False
        for key in list(found):
            if key == ((), ()):
                rest[found.pop(key)] = True
        if rest.any():
            yield (), (), np.flatnonzero(rest)
        yield from ((*key, np.array(pages)) for key, pages in found.items())

    def odd(self) -> dict[int, Odd]:
        """The pages on which an answer has another shape than the solution's: which, and what else was answered."""
        solution, handed = self.problem.solution, self.handed
        shapes = {step: self.reads[step].odd(solution[step].shape) for step in handed.steps}
        there = np.zeros(self.count, dtype=bool)
        for step, others in shapes.items():
            there |= np.isin(handed.of(step), [*others])
        return {
            page: tuple(
                (step, shapes[step].get(code))
                for step, code in zip(handed.steps, handed.codes[:, page].tolist(), strict=True)
                if code
            )
            for page in np.flatnonzero(there).tolist()
        }

    def own(self) -> dict[int, Own]:
        """The pages on which values are put into a formula that is not the key's."""
        if not self.texts.putting:
            return {}
        handed = self.handed.only(self.texts.formulas)
        first, same = equal_pages(handed)
        put = [self.texts.put(handed.sheet(page)) for page in first.tolist()]
        return {page: put[k] for page, k in enumerate(same.tolist()) if put[k]}

    def stated(self, part: Part, pages: Students) -> np.ndarray:
        """The marks of pages on a part whose answer states something."""
        handed = self.handed.only([*self.texts.formulas, part.step]).take(pages)
        first, same = equal_pages(handed)
        sheets = [handed.sheet(page) for page in first.tolist()]
        found = [body_of(self.problem, part, sheet.get(part.step), self.texts(part.step, sheet)) for sheet in sheets]
        return np.asarray(self.bodies.put(found)[same])

    def compared(self, group: Group, part: Part) -> np.ndarray:
        """The marks of a group's pages on a part; what is correct, or blank, once for each that was typed."""
        codes = group.judged[part.step].codes
        verdicts = codes if codes.ndim == 1 else overall(codes)
        plain = (verdicts == CORRECT) | (verdicts == NOTHING)
        found = np.empty(len(verdicts), dtype=np.int32)
        numbers = SingleNumbers(group, part) if single(group, part) else None
        found[plain] = self.by_text(group, part, np.flatnonzero(plain), verdicts, numbers)
        if len(rest := np.flatnonzero(~plain)):
            if numbers:
                found[rest] = numbers.put(self.bodies, rest)
            else:
                found[rest] = self.bodies.put([group.body(part, i, CODES[verdicts[i]]) for i in rest.tolist()])
        return found

    def by_text(
        self, group: Group, part: Part, who: Students, verdicts: np.ndarray, numbers: SingleNumbers | None
    ) -> np.ndarray:
        """The marks of those of whom there is no more to say than what they typed."""
        typed = group.handed.of(part.step)[who]
        some, which = used(typed, len(group.handed.typed[part.step]))
        first = np.empty(len(some), dtype=np.intp)
        first[which] = who
        if numbers:
            return np.asarray(numbers.put_plain(self.bodies, first)[which])
        found = self.bodies.put([group.body(part, i, CODES[verdicts[i]]) for i in first.tolist()])
        return np.asarray(found[which])
