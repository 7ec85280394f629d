"""Boards: a matrix as a grid of cells with its numbers, whose long sides fold around what matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.numeric import Array
from grader.render.pictures.drawing import MARGIN, WIDEST, brief
from grader.render.pictures.shapes import SMALL, THICK, Shape, rect, strokes, text, width_of

MOST = 12  # rows or columns that are all shown
ENDS = 2  # that are shown at each end of a side that folds
SMALLEST = 30.0  # px of a cell
GAP = 34.0  # px between two boards, for a sign
HEAD = 24.0  # px above a board, for its name

Place = tuple[int, int]
Sides = tuple[Sequence[int], Sequence[int]]


@dataclass(frozen=True)
class Look:
    """How a cell is drawn: its tint, the colour and weight of its number, what is small in its corner."""

    fill: str = ""
    ink: str = "ink"
    bold: bool = False
    corner: str = ""
    ring: bool = False


def cut(length: int, focus: Sequence[int], most: int = MOST) -> list[int | None]:
    """The positions of a side that are shown; None where some are left out.

    >>> cut(3, [1]), cut(20, [9, 10])
    ([0, 1, 2], [0, 1, None, 8, 9, 10, 11, None, 18, 19])
    """
    if length <= most:
        return list(range(length))
    ends, some = (ENDS, 3) if most >= MOST else (1, 2)
    near = sorted(focus) if len(focus) <= most - 2 * ends else [*sorted(focus)[:some], *sorted(focus)[-some:]]
    wanted = {*range(ends), *range(length - ends, length), *near}
    if most >= MOST:
        wanted |= {i + step for i in (near[0], near[-1]) for step in (-1, 1) if 0 <= i + step < length}
    shown: list[int | None] = []
    for i in sorted(wanted):
        if shown and isinstance(shown[-1], int) and i > shown[-1] + 1:
            shown.append(None)
        shown.append(i)
    return shown


@dataclass(frozen=True)
class Board:
    """A matrix laid out: the rows and columns shown, the text of each cell, the size of a cell in px.

    `real` are the rows and columns that are not padding.
    """

    name: str
    values: Array
    rows: Sequence[int | None]
    columns: Sequence[int | None]
    looks: Mapping[Place, Look]
    real: Sides
    digits: int
    cell: tuple[float, float]

    @property
    def width(self) -> float:
        return max(self.cell[0] * len(self.columns), width_of(self.name))

    @property
    def height(self) -> float:
        return HEAD + self.cell[1] * len(self.rows)

    def box(self, x: float, y: float, sides: Sides) -> tuple[float, float, float, float]:
        """The rectangle around some rows and columns that are shown, of a board at (x, y): x, y, width, height."""
        (w, h), y = self.cell, y + HEAD
        down = [self.rows.index(i) for i in sides[0] if i in self.rows]
        across = [self.columns.index(j) for j in sides[1] if j in self.columns]
        left, top = min(across), min(down)
        return x + left * w, y + top * h, (max(across) - left + 1) * w, (max(down) - top + 1) * h

    def outline(self, x: float, y: float, sides: Sides, stroke: str = "blue", dashed: bool = False) -> Shape:
        """A frame around some rows and columns."""
        return rect(*self.box(x, y, sides), stroke=stroke, line=THICK, dashed=dashed)

    def draw(self, x: float, y: float) -> Iterator[Shape]:
        """The board with its upper left corner at (x, y)."""
        w, h = self.cell
        yield text(x, y + HEAD / 2 - 2, self.name, anchor="start", bold=True)
        top = y + HEAD
        for (i, j), look in self.looks.items():
            if look.fill and i in self.rows and j in self.columns:
                left, up, *_ = self.box(x, y, ([i], [j]))
                yield rect(left, up, w, h, fill=look.fill)
        if len(self.real[0]) < len(self.values) or len(self.real[1]) < len(self.values[0]):
            yield lines(x, top, self.cell, len(self.rows), len(self.columns), dashed=True)
        left, up, wide, high = self.box(x, y, self.real)
        yield lines(left, up, self.cell, round(high / h), round(wide / w), dashed=False)
        for a, row in enumerate(self.rows):
            for b, column in enumerate(self.columns):
                yield from self.written(row, column, x + (b + 0.5) * w, top + (a + 0.5) * h)

    def written(self, i: int | None, j: int | None, x: float, y: float) -> Iterator[Shape]:
        """One cell's number, around (x, y)."""
        if i is None or j is None:
            yield text(x, y, "⋱" if i is j else "⋮" if i is None else "⋯", fill="muted")
            return
        look = self.looks.get((i, j), Look())
        ink = look.ink if i in self.real[0] and j in self.real[1] else "muted"
        words = brief(float(self.values[i, j]), self.digits)
        if look.ring:
            wide = min(width_of(words) + 10, self.cell[0] - 6)
            yield rect(x - wide / 2, y - 10, wide, 20, stroke="red", line=1.8, round=9)
        yield text(x, y - (6 if look.corner else 0), words, fill=ink, bold=look.bold)
        if look.corner:
            yield text(x, y + 9, look.corner, size=SMALL, fill="blue")


def lines(x: float, y: float, cell: tuple[float, float], rows: int, columns: int, dashed: bool) -> Shape:
    """The rules of a grid."""
    w, h = cell
    right, bottom = x + columns * w, y + rows * h
    down = [end for i in range(rows + 1) for end in (x, y + i * h, right, y + i * h)]
    across = [end for j in range(columns + 1) for end in (x + j * w, y, x + j * w, bottom)]
    return strokes([*down, *across], "rule", dashed=dashed)


def board(
    name: str,
    values: Array,
    detail: Detail,
    looks: Mapping[Place, Look] | None = None,
    focus: Sides | None = None,
    real: Sides | None = None,
) -> Board:
    """A board of a matrix (r, c); `focus` are rows and columns that it shows whatever else it leaves out."""
    looks = looks or {}
    focus = focus or ([0], [0])
    digits, most = detail
    rows, columns = cut(len(values), focus[0]), cut(len(values[0]), focus[1], most)
    cells = [brief(float(values[i, j]), digits) for i in rows for j in columns if i is not None and j is not None]
    wide = max(width_of(words) for words in cells)
    corners = [width_of(look.corner, SMALL) for look in looks.values() if look.corner]
    size = (max(SMALLEST, wide + 8, *(corner + 6 for corner in corners)), SMALLEST + 6 * bool(corners))
    whole = (range(len(values)), range(len(values[0])))
    return Board(name, values, rows, columns, looks, real or whole, digits, size)


Detail = tuple[int, int]
"""How much a board shows: the digits of a number, and the columns before it folds."""


def fitted(make: Callable[[Detail], list[Board]]) -> list[Board]:
    """Boards in as much detail as lets each fit the page."""
    for detail in ((6, MOST), (4, MOST), (3, MOST), (2, MOST), (3, 5), (2, 5)):
        boards = make(detail)
        if all(each.width <= WIDEST - 2 * MARGIN - GAP for each in boards):
            break
    return boards


def in_rows(boards: Sequence[Board], signs: Sequence[str]) -> list[list[int]]:
    """The numbers of the boards that stand side by side, row by row."""
    rows: list[list[int]] = [[]]
    x = float(MARGIN)
    for k, each in enumerate(boards):
        if rows[-1] and x + GAP + each.width > WIDEST - MARGIN:
            rows.append([])
            x = MARGIN
        x += each.width + GAP * bool(rows[-1] or signs[k])
        rows[-1].append(k)
    return rows


def flow(boards: Sequence[Board], signs: Sequence[str]) -> tuple[list[tuple[float, float]], list[Shape], float, float]:
    """Boards side by side, on a new row where they are too wide, each with a sign before it.

    Gives each board's place, the signs, and the width and height of all.
    """
    places: list[tuple[float, float]] = []
    shapes: list[Shape] = []
    y, widest = float(MARGIN), 0.0
    for row in in_rows(boards, signs):
        high, x = max(boards[k].height for k in row), float(MARGIN)
        for k in row:
            if signs[k]:
                shapes.append(text(x + GAP / 2, y + (HEAD + high) / 2, signs[k], size=26 if signs[k] == "⋆" else 19))
            x += GAP * bool(signs[k] or k != row[0])
            places.append((x, y + (high - boards[k].height) / 2))
            x += boards[k].width
        widest, y = max(widest, x), y + high + MARGIN
    return places, shapes, widest + MARGIN, y
