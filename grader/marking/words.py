"""The words of a mark: what a student reads beside a verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from grader.expression.readings import plain_of
from grader.expression.tree import Index, Name, Shape, by
from grader.marking.marks import cell_name, listing, one_line

if TYPE_CHECKING:
    from grader.expression.compare import Comparison
    from grader.solution import Step


def blank() -> str:
    return "Nothing is written here."


def unreadable(trouble: str) -> str:
    return f"This cannot be read: {trouble}."


def follows(inputs: Sequence[str], own: Any, expected: Any) -> str:
    """That an answer is right by the student's own earlier values, which these are, and what the key has."""
    used, lead = own_values(inputs)
    return f"Right by your own earlier values: {used} {lead} to {one_line(own)}. The key has {one_line(expected)}."


def rounded(inputs: Sequence[str], own: Any, expected: Any) -> str:
    """That an answer is off the key by no more than the rounding of the student's own earlier values."""
    used, lead = own_values(inputs)
    return (
        f"Right, allowing for rounding: {used} {lead} to {one_line(own)}. With all digits it is {one_line(expected)}."
    )


def too_coarse(inputs: Sequence[str], own: Any, expected: Any) -> str:
    """That earlier values have too few digits to say whether an answer follows from them."""
    used, _ = own_values(inputs)
    said = f"This cannot be settled: with the digits that they have, {used} leave too much open. Give more digits."
    return f"{said} The key has {one_line(expected)}."


def own_values(inputs: Sequence[str]) -> tuple[str, str]:
    """A student's own earlier values, and the verb that goes with them."""
    return f"your own {listing(inputs)}" if inputs else "your own earlier values", "leads" if len(
        inputs
    ) == 1 else "lead"


def coarse(wanted: str, expected: Any) -> str:
    """That an answer is right as far as it goes, and what it should have."""
    return f"Right as far as it goes: write {wanted}. The key has {one_line(expected)}."


def wrong_number(expected: Any, own: Any, inputs: Sequence[str]) -> str:
    """What the key has, and what the student's own earlier values would have led to."""
    if own is None or own == expected or not inputs:
        return f"The key has {expected}."
    return f"The key has {expected}; your own {listing(inputs)} would lead to {own}."


def with_odds(sentence: str, chance: float) -> str:
    """What seems to have happened, and how seldom chance alone meets the same digits; as it is where there is none.

    >>> with_odds("It looks as if the sign were lost.", 7 / 9000)
    'It looks as if the sign were lost. (Chance alone meets these digits once in 1,300.)'
    """
    if not chance:
        return sentence
    times = 1 / chance
    shown = f"{round(times, 1 - math.floor(math.log10(times))):,.0f}" if times < 1e6 else "a million or more"
    return f"{sentence} (Chance alone meets these digits once in {shown}.)"


def slipped(sentence: str, expected: Any) -> str:
    """What seems to have happened, and the key."""
    return f"{sentence} The key has {one_line(expected)}."


TWO_READINGS = "this can be read in two ways: write brackets around what is divided by"


def key_of(step: Step) -> str | None:
    """The key's formula on one line; None for a derivation, whose lines the worked solution has."""
    return plain_of(step.expression) if step.kind.judge == "formula" else None


def differs(found: Comparison, key: str | None) -> str:
    """Where an answer and the key come to different values."""
    said = f"The key has {key}." if key else ""
    if not found.values:
        return f"{sentence(found.reason)} {said}".strip()
    yours, other = found.values
    place, entry = where(found)
    return f"{sentence(f'{place}yours comes to {yours} and the key to {other}{entry}')} {said}".strip()


def apart(found: Comparison) -> str:
    """Where the two sides of a line differ, with the values there."""
    if not found.values:
        return found.reason
    place, entry = where(found)
    return f"{place}the sides come to {found.values[0]} and {found.values[1]}{entry}"


SHORT = 24  # characters of a value that is shown as it is


def where(found: Comparison) -> tuple[str, str]:
    """A place where two formulas differ, and in which entry: numbers and short vectors as they are, others by name.

    >>> from grader.expression.compare import Comparison
    >>> at = (("X", "[[2, 3], [5, 7], [11, 13], [4, 6]]"), ("lam", "3"))
    >>> where(Comparison("different", "field", "entry 2 differs", at))
    ('at λ = 3 and some X, ', ' in entry 2')
    """
    named = [(plain_of(Name(name)), value) for name, value in found.counterexample or ()]
    shown = ", ".join(f"{name} = {value}" for name, value in named if len(value) <= SHORT)
    some = [name for name, value in named if len(value) > SHORT]
    places = [f"at {shown}"] if shown else []
    if some:
        places.append(f"{'' if shown else 'for '}some {listing(some)}")
    entry = f" in {found.reason.removesuffix(' differs')}" if found.reason.startswith("entry ") else ""
    return f"{' and '.join(places)}, " if places else "", entry


def undecided(reason: str) -> str:
    return f"This could not be settled: {reason}. It is kept for a person to read."


def misfit(trouble: str, key: str | None) -> str:
    return f"The shapes do not fit: {trouble}. The key has {key}."


def unsolved(unknown: str, equation: bool) -> str:
    """That an answer is true of the solution and does not say what it is."""
    if equation:
        return f"This equation holds; solve it for {unknown}."
    where = "on the right, openly or in a quantity that comes from it"
    return f"This holds, and {unknown} still stands {where}: solve for it."


def line(number: int, verdict: str, reason: str) -> str:
    """What is the matter with one line of a derivation."""
    if verdict == "slip":
        return f"Line {number} does not hold. {reason}"
    said = {
        "wrong": f"Line {number} does not hold",
        "undecided": f"Line {number} could not be settled",
        "unreadable": f"Line {number} cannot be read",
    }
    return f"{said[verdict]}: {reason}."


def lines(numbers: Sequence[int]) -> tuple[str, bool]:
    """Lines by number, and whether they are many."""
    return f"Line{'s' if len(numbers) > 1 else ''} {listing([str(number) for number in numbers])}", len(numbers) > 1


def wrong_too(numbers: Sequence[int]) -> str:
    which, many = lines(numbers)
    return f"{which} {'do' if many else 'does'} not hold either."


def unclear(numbers: Sequence[int]) -> str:
    which, _ = lines(numbers)
    return f"{which} could not be read or settled."


def following(numbers: Sequence[int]) -> str:
    which, many = lines(numbers)
    return f"{which} {'follow' if many else 'follows'} from a line that does not hold."


def right_again(numbers: Sequence[int]) -> str:
    which, many = lines(numbers)
    return f"{which} {'are' if many else 'is'} right, and {'do' if many else 'does'} not come from the line above."


def missing(results: Sequence[str]) -> str:
    """What a page that goes wrong does not arrive at."""
    return f"The page does not arrive at {listing(list(results))}."


def not_reached(results: Sequence[str]) -> str:
    """Where a derivation should have arrived."""
    return f"Every line holds; the page does not arrive at {listing(list(results))}."


def says_nothing(unknown: str) -> str:
    return f"This holds whatever {unknown} is, and so does not say what it is."


def another_form(trouble: str) -> str:
    return f"This is equal to the key, and not in the form asked for: {trouble}."


def sentence(words: str) -> str:
    """Words as a sentence."""
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}" if words else ""


def review() -> str:
    return "This is kept for a person to read."


def wrong_shape(given: Shape, expected: Shape) -> str:
    entries = "a single number" if not expected else f"{by(expected)} entries"
    return f"Expected {entries}, got {by(given)}{' entries' if given else ''}."


MOST_ENTRIES = 8  # that a message names


def wrong_cells(wrong: Sequence[tuple[Index, str, str]], count: int) -> str:
    """Which entries are wrong: where, what is there, what should be."""
    shown = [f"{cell_name(index)} is {given}, the key has {key}" for index, given, key in wrong[:MOST_ENTRIES]]
    more = f"; and {len(wrong) - MOST_ENTRIES} more" if len(wrong) > MOST_ENTRIES else ""
    verb = "is" if len(wrong) == 1 else "are"
    return f"{len(wrong)} of {count} entries {verb} not right: {'; '.join(shown)}{more}."


def in_entry(index: Index, said: str) -> str:
    """What is said of one entry: "In row 1, column 2, it looks as if …"."""
    return f"In {cell_name(index)}: {said[:1].lower()}{said[1:]}"


def places(what: str, indices: Sequence[Index]) -> str:
    """What is the matter with some entries, and which they are: "Missing: row 1, column 1"."""
    more = [f"{len(indices) - MOST_ENTRIES} more"] if len(indices) > MOST_ENTRIES else []
    return f"{what}: {listing([cell_name(index) for index in indices[:MOST_ENTRIES]] + more)}."
