"""How people type one formula: plain text, Python, LaTeX in its manners, Unicode.

A dialect is a row of `DIALECTS`; `write` puts a formula into it. Brackets are set wherever two readers could differ, so
that what is generated has one meaning; ambiguous texts are written by hand in the YAML tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from tests.corpus.formulas import Formula, num, of

SUM, MINUS, PRODUCT, POWER, ATOM = range(1, 6)
Written = tuple[str, int]

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eta": "η", "theta": "θ", "lambda": "λ", "mu": "μ",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "omega": "ω", "pi": "π",
}  # fmt: skip
HATS = {"yhat": ("\\hat{y}", "ŷ"), "xbar": ("\\bar{x}", "x̄"), "xtilde": ("\\tilde{x}", "x̃"), "phat": ("\\hat{p}", "p̂")}
GLUED = frozenset("abcwxyz")
LATEX_FUNCTIONS = frozenset(
    {"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "max", "min", "det"}
)
NUMPY = {
    "max": "np.maximum", "min": "np.minimum", "ceil": "np.ceil", "inv": "np.linalg.inv", "tr": "np.trace",
    "det": "np.linalg.det", "norm": "np.linalg.norm", "choose": "binom", "sigmoid": "sigmoid", "relu": "relu",
    "softmax": "softmax", "eye": "np.eye", "ones": "np.ones",
}  # fmt: skip
FENCES = {
    "abs": {"plain": ("|", "|"), "latex": ("\\left|", "\\right|"), "vert": ("\\lvert ", "\\rvert")},
    "floor": {"plain": ("⌊", "⌋"), "latex": ("\\lfloor ", "\\rfloor"), "vert": ("\\left\\lfloor ", "\\right\\rfloor")},
    "ceil": {"plain": ("⌈", "⌉"), "latex": ("\\lceil ", "\\rceil"), "vert": ("\\left\\lceil ", "\\right\\rceil")},
    "norm": {"plain": ("‖", "‖"), "latex": ("\\|", "\\|"), "vert": ("\\left\\lVert ", "\\right\\rVert")},
}


@dataclass(frozen=True)
class Dialect:
    """The choices that a writer makes once and keeps."""

    name: str
    style: str = "plain"
    """plain, numpy, latex or unicode."""
    times: str = "*"
    space: str = " "
    minus: str = "-"
    power: str = "^"
    ratio: str = "/"
    exponential: str = "exp"
    brackets: tuple[str, str] = ("(", ")")
    around: tuple[str, str] = ("", "")
    fence: str = "plain"
    roman: str = "\\operatorname"
    transposed: str = "^T"
    bare: bool = False
    """Functions of a single name without brackets, small exponents and fractions without braces."""
    swaps: tuple[tuple[str, str], ...] = field(default=())
    """Last touches, text for text."""


PLAIN = Dialect("plain")
NUMPY_TEXT = Dialect("numpy", "numpy", power="**", exponential="np.exp", transposed=".T")
LATEX = Dialect(
    "latex", "latex", "", power="^{}", ratio="\\frac", exponential="e^", brackets=("\\left(", "\\right)"), fence="latex"
)
UNICODE = Dialect("unicode", "unicode", "·", minus="−", power="²", exponential="e^", transposed="ᵀ")


def latex(name: str, **choices: object) -> Dialect:
    """LaTeX with other choices."""
    return Dialect(**{**LATEX.__dict__, "name": f"latex {name}", **choices})


PLAIN_DIALECTS = (
    PLAIN,
    Dialect("tight", times="", space="", exponential="e^"),
    Dialect("python", power="**"),
    NUMPY_TEXT,
    Dialect("spread", times=" * ", space="  ", exponential="e^"),
)
LATEX_DIALECTS = (
    LATEX,
    latex("cdot", times="\\cdot ", brackets=("(", ")"), exponential="\\exp"),
    latex("times", times="\\times ", ratio="\\dfrac", around=("$", "$")),
    latex("tfrac", ratio="\\tfrac", brackets=("\\bigl(", "\\bigr)"), fence="vert", around=("\\(", "\\)")),
    latex("bare", brackets=("(", ")"), bare=True, around=("$$", "$$")),
    latex("spaced", times="\\,", swaps=((" + ", "\\; + \\;"), (" - ", "\\quad -\\ ")), around=("\\displaystyle ", "")),
    latex("roman", exponential="\\mathrm{e}^", roman="\\mathrm", around=("\\[", "\\]"), transposed="^\\top"),
    latex("boxed", brackets=("\\Big(", "\\Big)"), fence="vert", around=("\\boxed{", "}"), transposed="^{\\top}"),
    latex("Big", brackets=("\\Bigg(", "\\Bigg)"), roman="\\text", transposed="^{T}", times="{}\\cdot{}"),
    latex("cfrac", ratio="\\cfrac", exponential="{\\rm e}^", brackets=("\\bigg(", "\\bigg)"), transposed="^\\mathsf T"),
)  # fmt: skip
UNICODE_DIALECTS = (
    UNICODE,
    Dialect("unicode times", "unicode", "×", minus="−", power="²", transposed="ᵀ"),
    Dialect("unicode tight", "unicode", "", space="", minus="−", power="²", exponential="e^", transposed="ᵀ"),
    Dialect("unicode dot", "unicode", "⋅", minus="–", power="²", ratio="÷", transposed="⊤"),
    Dialect("unicode slash", "unicode", "∙", minus="﹣", power="²", ratio="∕", space="\u2009", transposed="ᵀ"),
    Dialect(
        "full width", "unicode", "＊", minus="－", power="²", ratio="／", brackets=("（", "）"), swaps=(("+", "＋"),)
    ),
)
DIALECTS = {dialect.name: dialect for dialect in PLAIN_DIALECTS + LATEX_DIALECTS + UNICODE_DIALECTS}


def write(formula: Formula, dialect: Dialect) -> str:
    """The formula as text in a dialect."""
    text = written(formula, dialect, loose=True)[0]
    for old, new in dialect.swaps:
        text = text.replace(old, new)
    return dialect.around[0] + text + dialect.around[1]


def written(formula: Formula, d: Dialect, loose: bool = False) -> Written:
    """Text and how tightly it binds; `loose` where nothing stands right behind it."""
    if formula.number is not None:
        return number(formula.number, d)
    if not formula.parts:
        return named(formula.head, d), ATOM
    if formula.head in WRITERS:
        return WRITERS[formula.head](formula, d, loose)
    return call(formula, d, loose)


def bracketed(formula: Formula, d: Dialect, level: int, loose: bool = False) -> str:
    """The text, in brackets where it binds less than `level`."""
    text, own = written(formula, d, loose and level <= PRODUCT)
    return text if own >= level else d.brackets[0] + text + d.brackets[1]


def number(value: Fraction, d: Dialect) -> Written:
    if value < 0:
        return d.minus + number(-value, d)[0], MINUS
    if value.denominator == 1:
        return str(value), ATOM
    return written(of("/", num(value.numerator), num(value.denominator)), d)


def named(name: str, d: Dialect) -> str:
    """A name with its subscript, Greek and hatted as the dialect writes it."""
    base, _, below = name.partition("_")
    if d.style == "latex":
        shown = HATS[base][0] if base in HATS else f"\\{base}" if base in GREEK else base
        shown = f"\\mathrm{{{base}}}" if shown == base and len(base) > 1 else shown
        return f"{shown}_{below if len(below) == 1 and d.bare else '{' + below + '}'}" if below else shown
    if d.style == "unicode":
        shown = HATS[base][1] if base in HATS else GREEK.get(base, base)
        return shown + (below.translate(SUBSCRIPTS) if below.isdigit() else f"_{below}" if below else "")
    return base + ("" if d.space == "" and below.isdigit() else "_" if below else "") + below


def plus(f: Formula, d: Dialect, loose: bool) -> Written:
    a, b = f.parts
    right = bracketed(b, d, PRODUCT if negative(b) or d.style == "numpy" else SUM, loose)
    return f"{bracketed(a, d, SUM, True)}{d.space}+{d.space}{right}", SUM


def negative(f: Formula) -> bool:
    """Whether its text starts with a minus sign."""
    while f.parts and f.head in {"+", "-", "*", "@", "⊙", "/"}:
        f = f.parts[0]
    return f.head == "neg" or (f.number is not None and f.number < 0)


def minus(f: Formula, d: Dialect, loose: bool) -> Written:
    a, b = f.parts
    return f"{bracketed(a, d, SUM, True)}{d.space}{d.minus}{d.space}{bracketed(b, d, PRODUCT, loose)}", SUM


def opposite(f: Formula, d: Dialect, loose: bool) -> Written:
    return d.minus + bracketed(f.parts[0], d, PRODUCT, loose), MINUS


def slashed(f: Formula, d: Dialect) -> bool:
    """Whether it is written with a stroke, which two readers may end at two places."""
    ratio = f.head == "/" or (f.number is not None and f.number.denominator != 1)
    return ratio and d.style != "latex"


def product(f: Formula, d: Dialect, loose: bool) -> Written:
    a, b = factors(f, d)
    times = " " if not d.times and joins_a_word(a, b, d) else d.times
    if d.times in {"", "\\,"} and b[0].isdigit():
        times = "\\cdot " if d.style == "latex" else "·" if d.style == "unicode" else "*"
    return f"{a}{times}{b}", PRODUCT


def joins_a_word(a: str, b: str, d: Dialect) -> bool:
    """Whether two factors side by side would be read as one word."""
    if d.style == "latex":
        return True
    wordy = (a[-1].isalnum() or a[-1] in "!̂̄̃") and (b[0].isalpha() or b[0] in "√")
    return wordy and not (a[-1].isdigit() and a.isdigit()) and not (a in GLUED and b in GLUED)


def factors(f: Formula, d: Dialect) -> tuple[str, str]:
    """Both factors; NumPy's `@` and `*` bind alike and from the left, so a right one of the other kind has brackets."""
    left, right = f.parts
    mixed = d.style == "numpy" and right.head in {"*", "@", "/", "outer", "dot"} and right.head != f.head
    levels = (ATOM if slashed(left, d) else PRODUCT, ATOM if slashed(right, d) or mixed else PRODUCT)
    a, b = (bracketed(part, d, level) for part, level in zip(f.parts, levels, strict=True))
    return a, b


def matrix_product(f: Formula, d: Dialect, loose: bool) -> Written:
    a, b = factors(f, d)
    return a + {"numpy": " @ ", "plain": d.times or " "}.get(d.style, " ") + b, PRODUCT


def entrywise(f: Formula, d: Dialect, loose: bool) -> Written:
    a, b = (bracketed(part, d, POWER) for part in f.parts)
    return a + {"numpy": " * ", "latex": " \\odot "}.get(d.style, " ⊙ ") + b, MINUS


def ratio(f: Formula, d: Dialect, loose: bool) -> Written:
    a, b = f.parts
    if d.style == "latex":
        top, bottom = (written(part, d, True)[0] for part in (a, b))
        if d.bare and len(top) == len(bottom) == 1 and (top + bottom).isdigit():
            return f"{d.ratio}{top}{bottom}", POWER
        return f"{d.ratio}{{{top}}}{{{bottom}}}", POWER
    return f"{bracketed(a, d, ATOM if slashed(a, d) else PRODUCT)}{d.ratio}{bracketed(b, d, POWER)}", PRODUCT


def raised(f: Formula, d: Dialect, loose: bool) -> Written:
    base, exponent = f.parts
    called = base.parts and base.head not in WRITERS
    if d.style == "latex" and called and base.head in {"sin", "cos", "tan"} and exponent.number and exponent.number > 0:
        return f"\\{base.head}^{script(exponent, d)}{d.brackets[0]}{written(base.parts[0], d)[0]}{d.brackets[1]}", ATOM
    text, level = written(base, d)
    if level < ATOM or (d.style == "latex" and called and base.head not in FENCES):
        text = d.brackets[0] + text + d.brackets[1]
    return text + raising(exponent, d), POWER


def script(exponent: Formula, d: Dialect) -> str:
    text = written(exponent, d, True)[0]
    return text if d.bare and len(text) == 1 else f"{{{text}}}"


def raising(exponent: Formula, d: Dialect) -> str:
    """The exponent with what leads to it."""
    if d.power == "^{}":
        return "^" + script(exponent, d)
    whole = exponent.number is not None and exponent.number.denominator == 1
    if d.power == "²" and whole:
        return str(exponent.number).translate(SUPERSCRIPTS)
    sign = "^" if d.power == "²" else d.power
    plain = (whole and exponent.number >= 0) or (not exponent.parts and not whole and exponent.number is None)  # type: ignore[operator]
    text = written(exponent, d, True)[0]
    return sign + (text if plain else f"({text})")


def exponential(f: Formula, d: Dialect, loose: bool) -> Written:
    if not d.exponential.endswith("^"):
        return f"{d.exponential}{d.brackets[0]}{written(f.parts[0], d, True)[0]}{d.brackets[1]}", ATOM
    if d.style == "latex":
        return d.exponential + f"{{{written(f.parts[0], d, True)[0]}}}", POWER
    return "e" + raising(f.parts[0], d), POWER


def rooted(f: Formula, d: Dialect, loose: bool) -> Written:
    inside = written(f.parts[0], d, True)[0]
    if d.style == "latex":
        order = f"[{written(f.parts[1], d)[0]}]" if f.head == "root" else ""
        return f"\\sqrt{order}{{{inside}}}", ATOM
    if f.head == "root":
        return {"numpy": "np.cbrt"}.get(d.style, "cbrt") + f"({inside})", ATOM
    return {"unicode": "√", "numpy": "np.sqrt"}.get(d.style, "sqrt") + f"{d.brackets[0]}{inside}{d.brackets[1]}", ATOM


def fenced(f: Formula, d: Dialect, loose: bool) -> Written:
    if d.style == "numpy" or (d.style == "plain" and f.head != "abs"):
        return call(f, d, loose)
    start, end = FENCES[f.head][d.fence]
    return start + written(f.parts[0], d, True)[0] + end, ATOM


def factorial(f: Formula, d: Dialect, loose: bool) -> Written:
    return bracketed(f.parts[0], d, ATOM) + "!", POWER


def choose(f: Formula, d: Dialect, loose: bool) -> Written:
    n, k = (written(part, d, True)[0] for part in f.parts)
    return (f"\\binom{{{n}}}{{{k}}}" if d.style == "latex" else f"binom({n}, {k})"), ATOM


def logarithm(f: Formula, d: Dialect, loose: bool) -> Written:
    if d.style != "latex":
        return call(f, d, loose)
    return f"\\log_{{{f.head[3:]}}}{d.brackets[0]}{written(f.parts[0], d, True)[0]}{d.brackets[1]}", ATOM


def transpose(f: Formula, d: Dialect, loose: bool) -> Written:
    mark = {"numpy": ".T", "plain": "^T"}.get(d.style, d.transposed)
    return bracketed(f.parts[0], d, ATOM) + mark, ATOM if d.style == "numpy" else POWER


def inverse(f: Formula, d: Dialect, loose: bool) -> Written:
    if d.style == "numpy":
        return call(f, d, loose)
    return bracketed(f.parts[0], d, ATOM) + {"latex": "^{-1}", "unicode": "⁻¹"}.get(d.style, "^(-1)"), POWER


def outer(f: Formula, d: Dialect, loose: bool) -> Written:
    u, v = f.parts
    return call(f, d, loose) if d.style == "numpy" else matrix_product(u @ v.T, d, loose)


def dot(f: Formula, d: Dialect, loose: bool) -> Written:
    u, v = f.parts
    return matrix_product((u if d.style == "numpy" else u.T) @ v, d, loose)


def constant(latex: str, unicode: str) -> Callable[..., Written]:
    def drawn(f: Formula, d: Dialect, loose: bool) -> Written:
        return call(f, d, loose) if d.style == "numpy" else ({"unicode": unicode}.get(d.style, latex), ATOM)

    return drawn


def norm1(f: Formula, d: Dialect, loose: bool) -> Written:
    if d.style == "numpy":
        return written(of("sum", of("abs", f.parts[0])), d)
    text = fenced(of("norm", f.parts[0]), d if d.style == "latex" else UNICODE, loose)[0]
    return text + ("_1" if d.style != "unicode" else "₁"), ATOM


def norm(f: Formula, d: Dialect, loose: bool) -> Written:
    if d.style == "plain":
        return f"||{written(f.parts[0], d, True)[0]}||", ATOM
    return fenced(f, d, loose)


WRITERS: dict[str, Callable[[Formula, Dialect, bool], Written]] = {
    "+": plus, "-": minus, "*": product, "/": ratio, "neg": opposite, "^": raised, "@": matrix_product,
    "⊙": entrywise, "exp": exponential, "sqrt": rooted, "root": rooted, "abs": fenced, "floor": fenced, "ceil": fenced,
    "factorial": factorial, "choose": choose, "log2": logarithm, "log10": logarithm, "T": transpose, "inv": inverse,
    "outer": outer, "dot": dot, "eye": constant("I", "I"), "ones": constant("\\mathbf{1}", "𝟏"), "norm": norm,
    "norm1": norm1,
}  # fmt: skip


def call(f: Formula, d: Dialect, loose: bool) -> Written:
    """A function with its arguments in brackets, or, where that is clear, without."""
    head = spelled(f.head, d)
    inside = [written(part, d, True)[0] for part in f.parts]
    if d.bare and loose and len(inside) == 1 and not f.parts[0].parts and f.head in LATEX_FUNCTIONS:
        return f"{head} {inside[0]}", PRODUCT
    return f"{head}{d.brackets[0]}{', '.join(inside)}{d.brackets[1]}", ATOM


def spelled(head: str, d: Dialect) -> str:
    """A function's name in the dialect."""
    if d.style == "numpy":
        return NUMPY.get(head, f"np.{head}")
    if d.style == "latex":
        known = {"relu": f"{d.roman}{{ReLU}}", "sigmoid": "\\sigma"}
        return known.get(head) or (f"\\{head}" if head in LATEX_FUNCTIONS else f"{d.roman}{{{head}}}")
    return {"relu": "ReLU", "sigmoid": "σ"}.get(head, head) if d.style == "unicode" else head
