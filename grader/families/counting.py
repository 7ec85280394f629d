"""How many windows fit along an axis of an image, and how students miscount them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from grader.expression import Expression, ceiling, floor, minimum

Count = Callable[[Expression, Expression, Expression, Expression], Expression]
"""From the length n, the padding p on each end, the window's length k and the stride, to the number of windows."""


def windows(n: Expression, p: Expression, k: Expression, stride: Expression) -> Expression:
    """Windows that fit: ⌊(n + 2p − k)/s⌋ + 1 (Dumoulin & Visin 2016, relationship 6)."""
    return floor((n + 2 * p - k) / stride) + 1


def windows_over(n: Expression, p: Expression, k: Expression, stride: Expression) -> Expression:
    """Windows that may hang over the end, as long as they start on the image or on the padding before it."""
    return minimum(ceiling((n + 2 * p - k) / stride), floor((n + p - 1) / stride)) + 1


MISCOUNTS: dict[str, tuple[Count, str]] = {
    "rounded-down": (windows, "Here a window that hangs over the end counts too."),
    "plus-one-forgotten": (
        lambda n, p, k, stride: floor((n + 2 * p - k) / stride),
        "The window already stands somewhere before it takes its first step.",
    ),
    "padding-once": (
        lambda n, p, k, stride: floor((n + p - k) / stride) + 1,
        "The padding lies at both ends of an axis.",
    ),
    "padding-left-out": (
        lambda n, p, k, stride: floor((n - k) / stride) + 1,
        "The window moves over the image with its padding.",
    ),
    "stride-left-out": (
        lambda n, p, k, stride: n + 2 * p - k + 1,
        "These are the places at stride 1.",
    ),
    "window-left-out": (
        lambda n, p, k, stride: floor((n + 2 * p) / stride),
        "The window itself takes up room: how far can it move before it meets the end?",
    ),
    "not-rounded": (
        lambda n, p, k, stride: (n + 2 * p - k) / stride + 1,
        "Windows come in whole numbers: what becomes of one that fits only in part?",
    ),
    "rounded-up": (
        lambda n, p, k, stride: ceiling((n + 2 * p - k) / stride) + 1,
        "A window that fits only in part does not count here.",
    ),
}
"""A number of windows as a mistake has it, and a sentence that helps."""


def miscounts(right: Count) -> Iterator[tuple[str, Count, str]]:
    """The rows of the table, save the one that is right."""
    return ((name, count, hint) for name, (count, hint) in MISCOUNTS.items() if count is not right)
