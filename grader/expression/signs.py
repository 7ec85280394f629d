"""What single characters and LaTeX commands stand for: tables. To read one more sign, add it here.

A sign stands for a token: a kind and a text ("w" a word, "o" an operator or bracket, "a" an accent, "f" a fraction,
"r" a root, "d" a differential, "s" what runs over an index). `None` stands for a sign that says nothing by itself.
"""

from __future__ import annotations

Meaning = tuple[str, str] | None

RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵏᵗᵈᵐᵖˣʸᶻᵃᵇᶜᵉᴺʲ", "0123456789+-=()niTktdmpxyzabceNj", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼₖₙₜₘₗₚₓₐₑₒₛᵣᵤₕᵥ", "0123456789+-=()ijkntmlpxaeosruhv", strict=True))

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi",
    "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi",
    "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "ℓ": "ell",
}  # fmt: skip

ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde", "\u0307": "dot", "\u20d7": ""}
"""Marks above a letter, by the word that is put behind the letter's name; an arrow says nothing."""

_FUNCTIONS = (
    "exp log ln lg sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh max min det tr argmax argmin softmax "
    "sigmoid diag rank sgn"
)
_FONTS = "mathbf boldsymbol bm mathbb mathcal mathsf mathtt mathfrak mathit mathrm vec underline bf rm it sf pmb"
_TRANSPARENT = (
    "displaystyle textstyle scriptstyle limits nolimits quad qquad thinspace medspace thickspace enspace boxed left "
    "right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm middle nonumber notag hline"
)
_SIGNS = {
    "cdot": "·", "times": "×", "ast": "*", "star": "*", "bullet": "·", "div": "/", "odot": "⊙", "circ": "⊙",
    "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "lt": "<", "gt": ">", "ne": "≠",
    "neq": "≠", "implies": "⟹", "Rightarrow": "⟹", "Longrightarrow": "⟹", "iff": "⟹", "Leftrightarrow": "⟹",
    "therefore": "⟹", "to": "⟹", "rightarrow": "⟹", "in": "∈", "Vert": "‖", "|": "‖", "vert": "|", "mid": "|",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "{": "(", "}": ")", "langle": "⟨", "rangle": "⟩",
    "lbrack": "[", "rbrack": "]", "lparen": "(", "rparen": ")", "%": "%", "\\": "\\", "newline": "\\", "cr": "\\",
    "prime": "'", "colon": ":", "approx": "≈", "equiv": "=", "coloneqq": "=", "ldots": "…", "cdots": "…", "dots": "…",
    "dotsc": "…", "dotsb": "…", "vdots": "…", "ddots": "…", "_": "_", "slash": "/", "cap": "∩", "cup": "∪", "pm": "±",
    "mp": "±",
}  # fmt: skip

COMMANDS: dict[str, Meaning] = {
    **{word: ("w", word) for word in [*GREEK.values(), *_FUNCTIONS.split()]},
    **{word: ("o", sign) for word, sign in _SIGNS.items()},
    **dict.fromkeys(_FONTS.split(), ("a", "")),
    **dict.fromkeys([*_TRANSPARENT.split(), *",;:!> ()[]\n\t$"]),
    "varepsilon": ("w", "epsilon"), "vartheta": ("w", "theta"), "varphi": ("w", "phi"), "varsigma": ("w", "sigma"),
    "infty": ("w", "infty"), "top": ("w", "⊤"), "intercal": ("w", "⊤"),
    "frac": ("f", "frac"), "dfrac": ("f", "frac"), "tfrac": ("f", "frac"), "cfrac": ("f", "frac"),
    "binom": ("f", "binom"), "dbinom": ("f", "binom"), "tbinom": ("f", "binom"), "sqrt": ("r", "√"),
    "hat": ("a", "hat"), "widehat": ("a", "hat"), "bar": ("a", "bar"), "overline": ("a", "bar"),
    "tilde": ("a", "tilde"), "widetilde": ("a", "tilde"), "dot": ("a", "dot"),
    "partial": ("d", "∂"), "nabla": ("d", "∇"), "sum": ("s", "sum"), "prod": ("s", "prod"),
}  # fmt: skip
"""LaTeX commands by name. A font is an accent that leaves a letter as it is."""

CHARACTERS: dict[str, Meaning] = {
    "−": ("o", "-"), "–": ("o", "-"), "—": ("o", "-"), "‐": ("o", "-"), "﹣": ("o", "-"), "⋅": ("o", "·"),
    "∙": ("o", "·"), "•": ("o", "·"), "∗": ("o", "*"), "⋆": ("o", "*"), "✕": ("o", "×"), "÷": ("o", "/"),
    "∕": ("o", "/"), "⁄": ("o", "/"), "∘": ("o", "⊙"), "⩽": ("o", "≤"), "⩾": ("o", "≥"), "⇒": ("o", "⟹"),
    "→": ("o", "⟹"), "⇔": ("o", "⟹"), "∴": ("o", "⟹"), "∥": ("o", "‖"), "∣": ("o", "|"), "≡": ("o", "="),
    "′": ("o", "'"), "’": ("o", "'"), "√": ("r", "√"), "∛": ("r", "∛"), "∂": ("d", "∂"), "∇": ("d", "∇"),
    "∑": ("s", "sum"), "∏": ("s", "prod"), "∞": ("w", "infty"), "⊤": ("w", "⊤"), "$": None, "~": None, "\u200b": None,
    "\u2061": None, "\u2062": None, "\u2063": None, "\ufeff": None, "\u00ad": None, "\u200e": None, "\u200f": None,
}  # fmt: skip
"""Single characters. What stands for itself is not listed."""

SPELLED = {
    "||": "‖", "<=": "≤", ">=": "≥", "!=": "≠", "==": "=", "=>": "⟹", ":=": "=", ".*": "⊙", "./": "/", ".^": "^",
}  # fmt: skip
"""Signs of two characters."""
