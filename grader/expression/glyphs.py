r"""The dialect of LaTeX that authors write mathematics in, as tables: a command, its character and its kind.

To know one more sign, add it to its line: every page format prints it by its character.
"""

from __future__ import annotations

from grader.expression.signs import GREEK as _GREEK

KINDS = ("ordinary", "binary", "prefix", "relation", "large", "open", "close", "punctuation")


def _signs(kind: str, table: str) -> dict[str, tuple[str, str]]:
    words = table.split()
    return {command: (character, kind) for command, character in zip(words[::2], words[1::2], strict=True)}


SIGNS: dict[str, tuple[str, str]] = {
    **_signs("ordinary", "infty ∞ partial ∂ nabla ∇ ldots … dots … cdots ⋯ vdots ⋮ ddots ⋱ emptyset ∅"),
    **_signs("ordinary", "forall ∀ exists ∃ top ⊤ bot ⊥ neg ¬ prime ′ ell ℓ hbar ℏ vert | Vert ‖ | ‖ % % # # & & _ _"),
    **_signs("binary", "times × cdot · div ÷ pm ± mp ∓ ast ∗ star ⋆ circ ∘ bullet ∙ odot ⊙ oplus ⊕ ominus ⊖ otimes ⊗"),
    **_signs("binary", "cap ∩ cup ∪ setminus ∖ land ∧ wedge ∧ lor ∨ vee ∨"),
    **_signs("relation", "le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ lt < gt > approx ≈ equiv ≡ sim ∼ simeq ≃ cong ≅ propto ∝"),
    **_signs("relation", "ll ≪ gg ≫ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ mid ∣ parallel ∥ perp ⟂"),
    **_signs("relation", "to → rightarrow → leftarrow ← gets ← leftrightarrow ↔ mapsto ↦ Rightarrow ⇒ implies ⟹"),
    **_signs("relation", "Leftarrow ⇐ Leftrightarrow ⇔ iff ⟺ uparrow ↑ downarrow ↓"),
    **_signs("large", "sum ∑ prod ∏ int ∫ iint ∬ oint ∮ bigcup ⋃ bigcap ⋂ bigoplus ⨁"),
    **_signs("open", "lbrace { { { lbrack [ langle ⟨ lfloor ⌊ lceil ⌈ lvert | lVert ‖"),
    **_signs("close", "rbrace } } } rbrack ] rangle ⟩ rfloor ⌋ rceil ⌉ rvert | rVert ‖"),
    **_signs("punctuation", "colon :"),
}  # fmt: skip
"""Commands without arguments."""

CHARACTERS: dict[str, tuple[str, str]] = {
    **{character: sign for sign in SIGNS.values() for character in sign[0] if character not in "{}[]|‖#%&_"},
    **_signs("binary", "+ + - − − − * ∗ ⋅ ·"),
    **_signs("relation", "= = < < > > : :"),
    **_signs("ordinary", "/ / ! ! ? ? | | ‖ ‖ . . @ @ \" \" ` `"),
    **_signs("open", "( ( [ ["),
    **_signs("close", ") ) ] ]"),
    **_signs("punctuation", ", , ; ;"),
}  # fmt: skip
"""Characters that stand for themselves, or for the sign that is set for them."""

GREEK: dict[str, str] = {
    "varepsilon": "ε", "vartheta": "θ", "varphi": "φ", "varsigma": "σ",
    **{word: letter for letter, word in reversed(_GREEK.items()) if word != "ell"},
}  # fmt: skip
"""Letters by name; both forms of a letter are one."""

_FUNCTIONS = "exp log ln lg sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh arg deg dim hom ker"
_LIMITS = "max min sup inf lim det gcd Pr"
FUNCTIONS, LIMITS = frozenset(_FUNCTIONS.split()), frozenset(_LIMITS.split())
"""Functions, and those with what is below them under their names."""

FACES = {
    "mathbf": "bold",
    "boldsymbol": "bold italic",
    "mathrm": "upright",
    "mathit": "italic",
    "mathbb": "double-struck",
    "mathcal": "script",
    "mathsf": "sans-serif",
    "mathtt": "monospace",
}
ACCENTS = {
    "hat": "^", "widehat": "^", "bar": "¯", "overline": "‾", "tilde": "~", "widetilde": "~", "vec": "→", "dot": "˙",
    "ddot": "¨",
}  # fmt: skip
SPACES = {"!": -3, ",": 3, ":": 4, ">": 4, ";": 5, " ": 6, "quad": 18, "qquad": 36}
"""Spaces in eighteenths of an em."""
ARRAYS = {
    "bmatrix": "[]",
    "pmatrix": "()",
    "vmatrix": "||",
    "Vmatrix": "‖‖",
    "Bmatrix": "{}",
    "matrix": "..",
    "cases": "{.",
    "aligned": "..",
}
"""Environments, with the brackets around them."""
SIZES = ("", "big", "Big", "bigg", "Bigg")
BRACKETS = frozenset("()[]{}⌊⌋⌈⌉⟨⟩|‖/.")
"""What may stand behind \\left, \\right and \\bigl; a dot is no bracket."""


def commands() -> str:
    """Every command of the dialect that stands alone, as rows of a Markdown table: its kind, and what it prints.

    >>> print(commands().splitlines()[-1])
    | punctuation | `\\colon` : |
    """
    rows = {"letters": sorted(GREEK.items()), "functions": [(name, "") for name in sorted(FUNCTIONS | LIMITS)]}
    for command, (character, kind) in SIGNS.items():
        rows.setdefault(kind, []).append((command, character))
    lines = ["| kind | commands |", "|---|---|"]
    for kind, names in rows.items():
        shown = ", ".join(f"`\\{name}` {character}".strip().replace("|", "\\|") for name, character in names)
        lines.append(f"| {kind} | {shown} |")
    return "\n".join(lines)
