"""How many parameters a convolution layer has."""

from __future__ import annotations

from grader.errors import ShapeError
from grader.families import family
from grader.families.givens import AtLeastOne, Flag
from grader.families.output_size import letter
from grader.kinds import COUNT, FORMULA
from grader.solution import Page


@family
def parameter_count(
    s: Page,
    *,
    N: AtLeastOne | None = None,
    k: AtLeastOne | None = None,
    C: AtLeastOne | None = None,
    bias: Flag = True,
) -> None:
    """The trainable parameters of a convolution layer.

    A filter of k×k entries for each of C input channels has k·k·C weights and, unless `bias: false`, one bias; N
    filters have N times as many, whatever the size of the image. Without N, k and C the answers are formulas in these
    letters.

    Source: LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition (1998), II.B.

    Example::

        N: 16
        k: 3
        C: 8
    """
    given = {"N": N, "k": k, "C": C}
    missing = [name for name, value in given.items() if value is None]
    if 0 < len(missing) < len(given):
        raise ShapeError(f"expected all of N, k and C, or none, got no {' and no '.join(missing)}", missing[0])
    N, k, C = (letter(s, name, value) for name, value in given.items())
    kind = FORMULA if missing else COUNT
    one, weights = int(bias), k * k * C

    sentence = "Count one filter's weights, over all channels, and its bias."
    per_filter = s.step("per_filter", weights + 1 if bias else weights, sentence, symbol="n", kind=kind)
    if bias:
        s.slip(per_filter, "bias-forgotten", weights, "Each filter has one number more than its weights.")
        s.slip(per_filter, "bias-per-channel", (k * k + 1) * C, "The channels of a filter share one bias.")
    else:
        s.slip(per_filter, "bias-counted", weights + 1, "The filters of this layer have no bias.")
    s.slip(per_filter, "channels-forgotten", k * k + one, "A filter has a k×k slice for every input channel.")
    s.slip(per_filter, "side-once", k * C + one, "A slice has k rows and k columns.")

    sentence = "Take as many for each of the filters."
    total = s.step("total", N * per_filter, sentence, kind=kind, same=N * weights + N if bias else None)
    if bias:
        s.slip(total, "bias-forgotten", N * weights, "Each filter has a bias, too.")
        s.slip(total, "one-bias-for-all", N * weights + 1, "How many biases are there in a layer of several filters?")
        s.slip(total, "bias-per-channel", N * (k * k + 1) * C, "The channels of a filter share one bias.")
    else:
        s.slip(total, "bias-counted", N * (weights + 1), "The filters of this layer have no bias.")
    s.slip(total, "channels-forgotten", N * (k * k + one), "A filter has a k×k slice for every input channel.")
    s.slip(total, "side-once", N * (k * C + one), "A slice has k rows and k columns.")
