"""Two vectors: their lengths, directions, products and the angle between them."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from grader.errors import ShapeError
from grader.expression import Expression, Name, absolute, arccos, less, outer, sqrt, stack, total, where
from grader.expression import cross as cross_product
from grader.families import family
from grader.families.givens import OneOf, Vector
from grader.kinds import YES_NO
from grader.solution import Page

AngleUnit = Annotated[str, OneOf(("radians", "degrees"))]
NO_TURN = Fraction(1, 10**24)  # the square of the sine below which rounding hides an angle


@family
def vectors(s: Page, *, u: Vector, v: Vector, angle_unit: AngleUnit = "radians") -> None:
    """Two vectors: magnitudes, unit vectors, products, distance, angle, and whether they are parallel.

    The magnitude is Euclid's, |u| = √(Σ uᵢ²), the unit vector u/|u|, the dot product u·v = Σ uᵢvᵢ = |u||v| cos θ, the
    distance |u − v|. The cross product is there for vectors of 3 entries only. The angle lies between 0 and π and is in
    radians, or with `angle_unit: degrees` in degrees. Vectors are parallel where one is a multiple of the other, the
    opposite way round too; `same_direction` leaves that out. The zero vector has no direction: its unit vector and its
    cosine and angle with any vector are undefined (NaN, so do not ask for them), and it is parallel to none.
    Source: Strang, Introduction to Linear Algebra (2016), sections 1.2 and 5.3.

    Example::

        u: [1, 2, 2]
        v: [4, 0, 3]
    """
    if len(u) != len(v):
        raise ShapeError(f"expected as many entries as u has, {len(u)}, got {len(v)}", "v")
    size_u, size_v = length(s, "u", u), length(s, "v", v)
    dot = dot_product(s, u, v, size_u, size_v)
    if len(u) == 3:
        vector_product(s, u, v, dot)
    distance(s, u, v, size_u, size_v)
    angle(s, angle_unit, cosine(s, dot, size_u, size_v))
    turn = total((outer(u, v) - outer(v, u)) ** 2)
    parallel = s.step(
        "parallel",
        less(turn, NO_TURN * (size_u * size_v) ** 2),
        "Say whether one vector is a multiple of the other: then every uᵢvⱼ − uⱼvᵢ is zero (up to rounding).",
        kind=YES_NO,
    )
    s.step(
        "same_direction",
        where(parallel, less(0, dot), 0),
        "Say whether they point the same way: parallel, and not opposite.",
        symbol="same direction",
        kind=YES_NO,
    )


def length(s: Page, name: str, u: Expression) -> Name:
    """The magnitude and the unit vector of one vector."""
    size = s.step(
        f"magnitude_{name}",
        sqrt(total(u**2)),
        "Square the entries, add them up, and take the square root.",
        symbol=f"r_{name}",
    )
    s.slip(size, "root-forgotten", total(u**2), "These are the squares added up; a length still needs their root.")
    s.slip(size, "sum-of-entries", total(u), "These are the entries added up; by Pythagoras it is their squares.")
    s.slip(size, "sum-of-sizes", total(absolute(u)), "This goes along the axes; go the straight way.")
    s.slip(size, "mean-of-squares", sqrt(total(u**2) / len(u)), "The squares are added up, not averaged.")
    unit = s.step(f"unit_{name}", u / size, "Divide each entry by the magnitude.", symbol=f"e_{name}")
    s.slip(unit, "square-for-magnitude", u / size**2, "Divide by the magnitude once, not by its square.")
    s.slip(unit, "divided-by-sum", u / total(u), "Divide by the magnitude, not by the sum of the entries.")
    s.slip(unit, "multiplied", u * size, "Divide by the magnitude: a unit vector has length 1.")
    s.slip(unit, "not-divided", u, "This is the vector itself; its unit vector has length 1.")
    return size


def dot_product(s: Page, u: Expression, v: Expression, size_u: Name, size_v: Name) -> Name:
    """The dot product."""
    dot = s.step("dot", u @ v, "Multiply entry by entry and add up: a single number.")
    s.slip(dot, "not-added", u * v, "The products are right; a dot product is a single number: add them up.")
    if len(u) == 3:
        s.slip(dot, "cross-product", cross_product(u, v), "This is the cross product; dot gives a single number.")
    s.slip(dot, "product-of-magnitudes", size_u * size_v, "The angle between the vectors counts too: |u||v| cos θ.")
    s.slip(dot, "product-of-sums", total(u) * total(v), "Multiply first, entry by entry, and add up after that.")
    s.slip(dot, "sum-of-entries", total(u + v), "The entries that belong together are multiplied, not added.")
    return dot


def vector_product(s: Page, u: Expression, v: Expression, dot: Name) -> None:
    """The cross product."""
    product = cross_product(u, v)
    cross = s.step(
        "cross",
        product,
        "For each entry take the two others crosswise, first times second minus second times first.",
        symbol="n",
    )
    scalar = "This is the dot product, a single number; the cross product is a vector at right angles to both."
    s.slip(cross, "dot-product", dot, scalar)
    s.slip(cross, "order-swapped", cross_product(v, u), "This is v × u, which points the other way.")
    s.slip(cross, "middle-sign", stack(product[0], -product[1], product[2]), "Look at the sign of the middle entry.")
    s.slip(cross, "entry-by-entry", u * v, "Each entry is made of the two other entries of each vector, crosswise.")
    s.slip(cross, "length-only", sqrt(total(product**2)), "This is the length of the cross product, which is a vector.")


def distance(s: Page, u: Expression, v: Expression, size_u: Name, size_v: Name) -> None:
    """The distance between the ends of two vectors."""
    d = s.step(
        "distance", sqrt(total((u - v) ** 2)), "Take the magnitude of the difference of the two vectors.", symbol="d"
    )
    s.slip(d, "root-forgotten", total((u - v) ** 2), "This is the distance squared.")
    s.slip(d, "sum-of-differences", total(absolute(u - v)), "This is the way along the axes; take the straight way.")
    s.slip(d, "added", sqrt(total((u + v) ** 2)), "This is the magnitude of the sum; a distance takes the difference.")
    s.slip(
        d, "magnitudes-subtracted", absolute(size_u - size_v), "Subtract the vectors first, then take the magnitude."
    )


def cosine(s: Page, dot: Name, size_u: Name, size_v: Name) -> Name:
    """The cosine of the angle."""
    c = s.step(
        "cosine",
        dot / (size_u * size_v),
        "Divide the dot product by both magnitudes: it is |u||v| cos θ.",
        symbol="c",
    )
    s.slip(c, "divided-by-squares", dot / (size_u * size_v) ** 2, "Divide by each magnitude once, not by its square.")
    s.slip(c, "divided-by-sum", dot / (size_u + size_v), "The magnitudes are multiplied, not added. Can this exceed 1?")
    s.slip(c, "divided-by-one", dot / size_u, "Divide by the magnitude of both vectors.")
    s.slip(c, "divided-by-other", dot / size_v, "Divide by the magnitude of both vectors.")
    s.slip(c, "not-divided", dot, "A cosine lies between −1 and 1: divide by the magnitudes.")
    return c


def angle(s: Page, unit: str, c: Name) -> None:
    """The angle, in either unit; a right angle has 90 degrees."""
    radians, degrees = arccos(c), 90 * arccos(c) / arccos(0)
    if unit == "radians":
        a = s.step("angle", radians, "Take the angle with this cosine, in radians.", symbol="theta")
        s.slip(a, "degrees", degrees, "This is in degrees; the question asks for radians.")
        s.slip(a, "sine", arccos(0) - radians, "This is the angle with this sine; which function did you invert?")
    else:
        sentence = "Take the angle with this cosine, in degrees: the right angle arccos 0 has 90."
        a = s.step("angle", degrees, sentence, symbol="theta")
        s.slip(a, "radians", radians, "This is in radians; the question asks for degrees.")
        s.slip(a, "sine", 90 - degrees, "This is the angle with this sine; which function did you invert?")
    s.slip(a, "cosine-left", c, "This is the cosine; which angle has it?")
    s.slip(a, "one-over-cosine", 1 / c, "The inverse of the cosine is the arccosine, not one over the cosine.")
