"""Resource bombs: short or long texts that cost a naive reader its time, its memory or its stack.

A bomb is a row of `BOMBS`: a name and a text. Whatever the verdict, the comparison must come back, soon and small.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

Text = str | Callable[[], str]


def nested(opening: str, closing: str, depth: int, inside: str = "x") -> str:
    return opening * depth + inside + closing * depth


def noise(alphabet: str, length: int) -> str:
    draw = random.Random(alphabet)
    return "".join(draw.choice(alphabet) for _ in range(length))


def any_characters(length: int) -> str:
    """Characters from all over Unicode, surrogates among them."""
    draw = random.Random("unicode")
    return "".join(chr(draw.randrange(0x110000)) for _ in range(length))


LATEX_NOISE = "\\{}[]()^_$&%#~|<>=+-*/.,;:!?'\"` \n\tabcxyz0123456789"

DEPTHS = {
    "round brackets": ("(", ")"), "square brackets": ("[", "]"), "braces": ("{", "}"), "bars": ("|", "|"),
    "fractions": ("\\frac{1}{", "}"), "roots": ("\\sqrt{", "}"), "plain roots": ("sqrt(", ")"), "powers": ("2^{", "}"),
    "exponentials": ("e^{", "}"), "logarithms": ("log(", ")"), "\\left": ("\\left(", "\\right)"),
    "cases": ("\\begin{cases}", "\\end{cases}"), "sums": ("\\sum_{k=1}^{9}(", ")"), "signs": ("-", ""),
    "absolute values": ("abs(", ")"), "maxima": ("max(x, ", ")"), "hats": ("\\hat{", "}"), "text": ("\\text{", "}"),
    "matrices": ("\\begin{bmatrix}", "\\end{bmatrix}"), "softmaxes": ("softmax(", ")"), "factorials": ("", "!"),
    "transposes": ("", "^T"), "subscripts": ("x_{", "}"), "inverses": ("(", ")^{-1}"), "dollars": ("$", "$"),
}  # fmt: skip

NUMBERS: dict[str, Text] = {
    "10^10^10": "10^10^10",
    "10**10**10**10": "10**10**10**10",
    "9^9^9^9": "9^{9^{9^{9}}}",
    "2^(10^9)": "2^(10^9)",
    "x^(10^9)": "x^(10^9)",
    "(x+1)^(10^6)": "(x+1)^(10^6)",
    "(x+y)^1000": "(x+y)^1000",
    "(1+x)^(-10^12)": "(1+x)^(-10^12)",
    "x^x^x^x": "x^x^x^x",
    "x^x^x^x^x^x^x^x": "x^x^x^x^x^x^x^x",
    "e^e^e^e^e": "e^e^e^e^e",
    "e^(e^(e^x))": "e^{e^{e^{e^{x}}}}",
    "exp(exp(exp(100)))": "exp(exp(exp(100)))",
    "e^{-e^{e^{e^9}}}": "e^{-e^{e^{e^9}}}",
    "1000000!": "1000000!",
    "(10^9)!": "(10^9)!",
    "9!!!!": "9!!!!",
    "((9!)!)!": "((9!)!)!",
    "binom(10^9, 5*10^8)": "\\binom{1000000000}{500000000}",
    "choose(10^6, 5*10^5)": "choose(1000000, 500000)",
    "1e999999999": "1e999999999",
    "1e-999999999": "1e-999999999",
    "1E+99999999999999999999": "1E+99999999999999999999",
    "0.0…1": lambda: "0." + "0" * 50_000 + "1",
    "a million digits": lambda: "7" * 1_000_000,
    "100,000 digits by 100,000 digits": lambda: "7" * 50_000 + "/" + "3" * 49_999,
    "a hundred thousand decimals": lambda: "3." + "1" * 100_000,
    "roots of a huge number": "\\sqrt{10^{10^{6}}}",
    "a huge root": "\\sqrt[1000000000]{2}",
    "an exponent with a huge denominator": "2^{1/1000000007}",
    "log of a tower": "log(10^10^10)",
    "sin of a huge number": "sin(10^100000)",
    "sin of a tower": "sin(10^10^10)",
    "tan near a pole": "tan(pi/2)",
    "floor of a tower": "floor(10^10^10 / 3)",
    "modest power of a power": "((((x^99)^99)^99)^99)^99",
    "2^2^2^2^2^2": "2^2^2^2^2^2",
    "(-1)^(10^30)": "(-1)^(10^30)",
    "0^0^0": "0^0^0",
    "division by a long zero": "1/(x - x + 0*10^99)",
}

SUMS: dict[str, Text] = {
    "a sum to 10^9": "\\sum_{k=1}^{1000000000} k",
    "a sum to 10^100": "\\sum_{k=1}^{10^{100}} \\frac{1}{k}",
    "a sum to infinity": "\\sum_{k=1}^{\\infty} \\frac{1}{k^2}",
    "a product to 10^9": "\\prod_{k=1}^{1000000000} k",
    "sums in sums": "\\sum_{i=1}^{1000} \\sum_{j=1}^{1000} \\sum_{k=1}^{1000} i j k",
    "ten sums in sums": "".join(f"\\sum_{{{c}=1}}^{{99}} " for c in "abcdfghijk") + "a",
    "a sum with a tower as its limit": "\\sum_{k=1}^{10^10^10} k",
    "a sum backwards": "\\sum_{k=10^9}^{1} k",
    "a sum of factorials": "\\sum_{k=1}^{5000} k!",
    "Unicode's sum": "∑_{k=1}^{999999999} k²",
    "np.eye(10^9)": "np.eye(1000000000)",
    "np.ones(10^9)": "np.sum(np.ones(1000000000))",
    "np.zeros of a billion by a billion": "np.zeros((1000000000, 1000000000))",
    "a wide matrix": lambda: "[[" + ", ".join(["1"] * 30_000) + "]]",
    "a large matrix": lambda: "[" + ", ".join(["[" + ", ".join(["x"] * 150) + "]"] * 150) + "]",
    "an inverse of a large matrix": lambda: "([" + ", ".join(["[" + ", ".join("7" * 60) + "]"] * 60) + "])^{-1}",
    "a power of a matrix": "[[1, 2], [3, 4]]^{1000000000}",
    "a determinant with names": lambda: f"det({[[f'x_{{{i}{j}}}' for i in range(12)] for j in range(12)]})".replace(
        "'", ""
    ),
}

LENGTHS: dict[str, Text] = {
    "100 kB of additions": lambda: "x+" * 50_000 + "x",
    "100 kB of products": lambda: "x" * 100_000,
    "100 kB of powers": lambda: "x^" * 50_000 + "x",
    "100 kB of minus signs": lambda: "-" * 100_000 + "x",
    "100 kB of opening brackets": lambda: "(" * 100_000,
    "100 kB of closing brackets": lambda: ")" * 100_000,
    "100 kB of spaces": lambda: " " * 100_000 + "x",
    "100 kB of commas": lambda: "1," * 50_000,
    "100 kB of numbers": lambda: "1 " * 50_000,
    "100 kB of points": lambda: "." * 100_000,
    "100 kB of equals signs": lambda: "=" * 100_000,
    "100 kB of equations": lambda: "x = " * 25_000 + "x",
    "100 kB of backslashes": lambda: "\\" * 100_000,
    "100 kB of one command": lambda: "\\" + "a" * 100_000,
    "100 kB of \\frac": lambda: "\\frac" * 20_000,
    "100 kB of ampersands": lambda: "&" * 100_000,
    "100 kB of line breaks": lambda: "\n" * 100_000,
    "100 kB of dollars": lambda: "$" * 100_000,
    "100 kB of primes": lambda: "x" + "'" * 100_000,
    "100 kB of factorials": lambda: "5" + "!" * 100_000,
    "100 kB of percent": lambda: "5" + "%" * 100_000,
    "100 kB of bars": lambda: "|" * 100_000,
    "100 kB of quotes": lambda: "\"'" * 50_000,
    "100 kB of superscripts": lambda: "x" + "²" * 100_000,
    "100 kB of subscripts": lambda: "x" + "₂" * 100_000,
    "100 kB of accents": lambda: "x" + "\u0302" * 100_000,
    "100 kB of \\hat": lambda: "\\hat " * 20_000 + "x",
    "100 kB of names": lambda: " + ".join(f"x_{{{i}}}" for i in range(11_000)),
    "a megabyte of noise": lambda: noise("abc()+-*/^ 123", 1_000_000),
    "ten megabytes of x": lambda: "x" * 10_000_000,
    "LaTeX noise": lambda: noise(LATEX_NOISE, 20_000),
    "short LaTeX noise": lambda: noise(LATEX_NOISE, 300),
    "word noise": lambda: noise("lambda exp sin \\frac{}^_()", 5_000),
    "a thousand distinct names": lambda: "+".join(f"x_{i}" for i in range(1000)),
    "a product of a hundred sums": lambda: "".join(f"(x+{i})" for i in range(100)),
    "a sum of a hundred squares": lambda: "+".join(f"(x+{i}y)^2" for i in range(100)),
    "a hundred maxima": lambda: "+".join(f"max(x, {i}y)" for i in range(100)),
    "forty absolute values of forty names": lambda: "+".join(f"|x_{{{i}}} - x_{{{i + 1}}}|" for i in range(40)),
    "sixty cases": lambda: "\\begin{cases} " + " \\\\ ".join(f"x^{i} & x < {i}" for i in range(60)) + " \\end{cases}",
    "a continued fraction": lambda: nested("1+\\frac{1}{", "}", 60),
    "a chain of exponentials": lambda: nested("exp(-", ")", 60),
    "differences of towers": "e^(10^5) - e^(10^5 - 1/10^5)",
    "cancellation": "(x + 10^60) - 10^60 - x",
}

CHARACTERS: dict[str, Text] = {
    "null characters": "x\0+\0y",
    "only null characters": "\0" * 1000,
    "a lone high surrogate": "x + \ud800",
    "a lone low surrogate": "\udfff",
    "surrogates in a name": "\udc80\udc81 = 2",
    "a Unicode storm": lambda: any_characters(5_000),
    "a long Unicode storm": lambda: any_characters(100_000),
    "right to left": "\u202e x + y \u202c",
    "control characters": "".join(map(chr, range(32))),
    "variation selectors": "x\ufe0f\ufe0e + 1",
    "digits of all scripts": "१२३ + ௧௨ + ೧ + 𝟙 + ² + ① + 五",
    "a ligature that grows": lambda: "ﷺ" * 20_000,
    "private use": "\ue000 + \U0010ffff",
    "combining marks alone": "\u0302\u0304\u0303",
    "tags and joiners": "x\u200d\u2060\u00ad+1",
    "vulgar fractions in a row": "½¼¾",
    "roman numerals": "Ⅷ + ⅻ",
    "line and paragraph separators": "x\u2028+\u2029y",
    "escape sequences": "\x1b[31m x \x1b[0m",
}


def bombs() -> Iterator[tuple[str, str]]:
    """`(name, text)` for every bomb."""
    for what, (opening, closing) in DEPTHS.items():
        yield f"2,000 {what}", nested(opening, closing, 2_000)
    for rows in (NUMBERS, SUMS, LENGTHS, CHARACTERS):
        for what, text in rows.items():
            yield what, text if isinstance(text, str) else text()
