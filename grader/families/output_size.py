"""How large a convolution's map comes out."""

from __future__ import annotations

from grader.errors import ShapeError
from grader.expression import Expression, Name
from grader.families import family
from grader.families.counting import miscounts, windows
from grader.families.givens import AtLeastOne, AtLeastZero
from grader.kinds import COUNT, FORMULA
from grader.solution import Page


@family
def output_size(
    page: Page,
    *,
    H: AtLeastOne | None = None,
    W: AtLeastOne | None = None,
    k: AtLeastOne | None = None,
    p: AtLeastZero | None = None,
    s: AtLeastOne | None = None,
    d: AtLeastOne | None = None,
) -> None:
    """The height and width of a convolution's map, or of a pooled one.

    A k×k window over an H×W image with p zeros on every side and the stride s gives ⌊(H + 2p − k)/s⌋ + 1 rows, and as
    many columns with W for H: what does not fill a window is left out. A dilation d spreads the window over
    d(k − 1) + 1 entries. Without W the image is square, without p there is no padding, without s the stride is 1 and
    without d there is no dilation.

    Without H the answers are formulas: H, and each of W, k, p and s that is not given, stays a letter.

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), relationships 6 and 15.

    Example::

        H: 32
        W: 28
        k: 5
        p: 1
        s: 2
    """
    if H is None:
        H = page.symbol("H", positive=True)
        W, k, p, s = (letter(page, name, value) for name, value in {"W": W, "k": k, "p": p, "s": s}.items())
        if d is None:
            whole_strides(page, {"H": H, "W": W}, k, p, s)
    elif k is None:
        raise ShapeError("expected the side k of the window beside H", "k")
    W = H if W is None else W
    p = page.let("p", 0) if p is None else p
    s = page.let("s", 1) if s is None else s
    check_room(page, (H, W), k, p, d)
    count(page, "out_h", H, k, p, s, d, "Count the places of the window from top to bottom.")
    count(page, "out_w", W, k, p, s, d, "Count the places of the window from left to right.")


def letter(page: Page, name: str, value: Expression | None) -> Expression:
    """A given, or a symbol where there is none."""
    return page.symbol(name, positive=name != "p") if value is None else value


def whole_strides(page: Page, lengths: dict[str, Expression], k: Expression, p: Expression, s: Expression) -> None:
    """Formulas are compared where the stride divides the room, since many leave the rounding down out."""
    for name, length in lengths.items():
        if isinstance(length, Name) and length.name in page.symbols:
            steps = page.terms.sample(f"steps_{name}", (), "natural")
            page.terms.mean(length, steps * s + k - 2 * p)
    page.terms.domains |= dict.fromkeys(("k", "p", "s"), "natural")


def check_room(
    page: Page, lengths: tuple[Expression, Expression], k: Expression, p: Expression, d: Expression | None
) -> None:
    """Refuse a window that is larger than the image with its padding, where these are numbers."""
    known = [page.tables.get(each.name) for each in (*lengths, k, p, k if d is None else d) if isinstance(each, Name)]
    H, W, side, zeros, gap = (table.entries[0] if table else None for table in known)
    if H is None or W is None or side is None or zeros is None or gap is None:
        return
    span, room = side if d is None else gap * (side - 1) + 1, min(H, W) + 2 * zeros
    if span > room:
        raise ShapeError(f"expected a window of at most {room} entries, as the padded image has, got {span}", "k")


def count(
    page: Page,
    name: str,
    n: Expression,
    k: Expression,
    p: Expression,
    s: Expression,
    d: Expression | None,
    sentence: str,
) -> None:
    """The windows along one axis, with what is miscounted."""
    span = k if d is None else d * (k - 1) + 1
    kind = FORMULA if page.symbols else COUNT
    symbol = {"out_h": "H_out", "out_w": "W_out"}[name]
    step = page.step(name, windows(n, p, span, s), sentence, symbol=symbol, kind=kind)
    for slip, miscount, hint in miscounts(windows):
        page.slip(step, slip, miscount(n, p, span, s), hint)
    if d is not None:
        page.slip(step, "dilation-left-out", windows(n, p, k, s), "A dilated window reaches over more entries.")
        page.slip(step, "dilation-times-side", windows(n, p, d * k, s), "The gaps lie between the window's entries.")
