"""What single edits of a formula are called in words: what seems to have happened, and what to remember."""

from __future__ import annotations

from grader.expression.readings import plain_of
from grader.expression.tree import Expression

SHORT = 36  # characters of a part of a formula that a sentence still quotes

Words = tuple[str, str]
"""What seems to have happened, as it goes on after "It looks as if", and a sentence of advice."""


def called(tree: Expression, otherwise: str) -> str:
    """A part of a formula as the page writes it, or `otherwise` where that is too long for a sentence.

    >>> from grader.expression import Name
    >>> called(Name("lr") * Name("g"), "a factor")
    'α·g'
    """
    text = plain_of(tree)
    return text if len(text) <= SHORT else otherwise


def sign_of(term: Expression) -> Words:
    return f"the sign of {called(term, 'a term')} were turned", "Follow each sign from line to line."


def sign_of_all() -> Words:
    return "the size were right and the sign turned", "Which sign does the formula start with?"


def turned_round(a: Expression, b: Expression) -> Words:
    what = f"{called(a, 'the first term')} were taken from {called(b, 'the second')}"
    return f"{what}, the other way round", "The order matters in a difference."


def term_left_out(term: Expression) -> Words:
    return f"{called(term, 'a term')} were left out", "Go through the terms of the formula one by one."


def factor_left_out(factor: Expression) -> Words:
    return f"the factor {called(factor, 'of a product')} were left out", "Go through the factors one by one."


def divisor_left_out(divisor: Expression) -> Words:
    return f"the division by {called(divisor, 'the denominator')} were left out", "Go through the formula to its end."


def numerator_left_out(numerator: Expression) -> Words:
    return f"{called(numerator, 'the numerator')} were left out above the line", "Go through the factors one by one."


def multiplied(factor: Expression, by: Expression) -> Words:
    one, other = called(factor, "one of the terms"), called(by, "the factor")
    return f"only {one} were multiplied by {other}", "The bracket is worked out first."


def divided(term: Expression, by: Expression) -> Words:
    one, other = called(term, "one of the terms"), called(by, "the divisor")
    return f"only {one} were divided by {other}", "What stands above a fraction's line is worked out first."


def divided_by_one(by: Expression) -> Words:
    what = f"only {called(by, 'one of the terms')} stood below the line"
    return what, "What stands below a fraction's line is worked out first."


def minus_on_first() -> Words:
    return "the minus counted for the first term only", "A minus before a bracket turns every sign in it."


def bracket_forgotten(factor: Expression) -> Words:
    what = f"the bracket were lost and the product with {called(factor, 'the factor')} worked out first"
    return what, "The bracket is worked out first."


def inverted() -> Words:
    return "the fraction stood upside down", "Which quantity is divided, and by which?"


def multiplied_instead(by: Expression) -> Words:
    return f"{called(by, 'the divisor')} were multiplied by, not divided by", "A fraction's line divides."


def divided_instead(by: Expression) -> Words:
    return f"{called(by, 'the factor')} were divided by, not multiplied by", "A factor multiplies."


def added_instead() -> Words:
    return "factors were added", "Side by side they multiply."


def not_raised(base: Expression) -> Words:
    return f"{called(base, 'the base')} were not raised to its power", "The exponent counts."


def times_exponent(base: Expression) -> Words:
    return f"{called(base, 'the base')} were multiplied by the exponent", "A power multiplies the base by itself."


def each_raised() -> Words:
    return "the terms were raised to the power one by one", "A bracket is worked out before its power."


def sign_not_raised() -> Words:
    return "the minus were kept through the square", "The square of a negative number is positive."


def raised(base: Expression) -> Words:
    return f"{called(base, 'a quantity')} were squared", "Is there a square in the formula?"


def summed_first() -> Words:
    return "the sum were taken first and squared then", "Square each term, then add."


def function_left_out(function: str) -> Words:
    return f"{function} were left out", "Go through the formula from the inside to its end."


def root_of_each() -> Words:
    return "the root of each term were taken", "Add first, then take the root."


def argument_sign(argument: Expression) -> Words:
    return f"the sign of {called(argument, 'what stands inside')} were turned", "Signs inside a function count."


def stale(old: Expression, new: Expression) -> Words:
    what = f"{called(old, 'an older value')} stood where {called(new, 'the newest')} belongs"
    return what, "Take the newest value there is."


def all_stale(when: str) -> Words:
    return f"everything were taken {when}", "Take the newest values there are."


def extra_factor(factor: Expression) -> Words:
    return f"a factor {called(factor, '')} too many came in".replace("  ", " "), "Go through the factors one by one."


def taken_for(other: Expression, right: Expression) -> Words:
    what = f"{called(other, 'another quantity')} stood where {called(right, 'one')} belongs"
    return what, "Look up which quantity the formula names."


def interchanged(a: Expression, b: Expression) -> Words:
    what = f"{called(a, 'one quantity')} and {called(b, 'another')} had changed places"
    return what, "The order matters here."


def transposed(what: Expression) -> Words:
    return f"{called(what, 'a matrix')} stood in the wrong way round", "Rows and columns are not the same."


def one_off(number: Expression, taken: Expression) -> Words:
    what = f"{called(taken, 'one more or less')} stood where {called(number, 'a number')} belongs"
    return what, "Count once more."


def mean_for_sum() -> Words:
    return "the mean were taken instead of the sum", "A sum is not divided by how many there are."


def sum_for_mean() -> Words:
    return "the sum were not divided by how many there are", "A mean is."


def extreme_for(wrong: str, right: str) -> Words:
    return f"the {wrong} were taken instead of the {right}", "Which of the entries is asked for?"


def addend_left_out(which: str) -> Words:
    return f"the {which} term of the sum were left out", "Count the terms of the sum."


def other_case() -> Words:
    return "the other case of the formula were taken", "Which condition holds here?"


def rounded_instead(right: str) -> Words:
    return f"this were not rounded {right}", "The brackets around say which way to round."


def doubled() -> Words:
    return "a factor of 2 too many came in", "Where does each 2 come from, and does one cancel?"


def halved() -> Words:
    return "a factor of ½ too many came in", "Where does each ½ come from, and does one cancel?"


def degrees() -> Words:
    return "the angle were in degrees", "Angles are in radians here."


def cut_off() -> Words:
    return "digits were cut off", "The last digit that is kept is rounded."


def point_moved(places: int) -> Words:
    way = "right" if places > 0 else "left"
    count = f"{abs(places)} places" if abs(places) > 1 else "one place"
    return f"the decimal point had moved {count} to the {way}", "Write the number down once more."


def digits_swapped() -> Words:
    return "two digits that stand side by side had changed places", "Write the number down once more."


def digit_miswritten() -> Words:
    return "one digit were another", "Compare what is written with what was worked out."
