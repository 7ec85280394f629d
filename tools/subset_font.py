"""Cut a mathematics font down to what pages use: `templates/html/math.woff2` from STIX Two Math.

Needs fonttools and brotli, which the program itself does without, and the font as its registry package has it:

    npm pack @expo-google-fonts/stix-two-math && tar xzf expo-google-fonts-stix-two-math-*.tgz
    pip install fonttools brotli
    python tools/subset_font.py package/400Regular/STIXTwoMath_400Regular.ttf templates/html/math.woff2

The glyphs are those of every sign, letter and face that `grader.expression.glyphs` knows, with the sizes that brackets,
roots and sums grow through: the MATH table stays. Of the forms for small sizes only those of primes stay. The licence,
OFL 1.1, lets a subset be passed on; it stands beside the font.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from string import ascii_letters, ascii_uppercase, digits, punctuation

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from grader.expression.alphabets import faced
from grader.expression.glyphs import ACCENTS, CHARACTERS, FACES, GREEK, SIGNS

PRIMES = "′″‴⁗"
MORE = PRIMES + "ŷȷı∙⋅−√∛∜⁡⁢⁣ˆ˜ˉ˙¨‾⃗\u0304\u0302\u0303⎛⎝⎞⎠⎡⎣⎤⎦⎧⎨⎩⎫⎬⎭⏟⏞⟵⟶ℓℏ∅∇∂\u00a0"
"""Signs that no table has: what accents are made of, and what grows."""
WHOLE = frozenset({"BOLD", "ITALIC", "BOLD ITALIC"})
"""Faces whose small letters and Greek are set; of the others the capitals and the digits."""


def characters() -> Iterator[str]:
    """Every character that a formula may hold."""
    greek = "".join(GREEK.values())
    yield from " " + ascii_letters + digits + punctuation + greek + greek.upper() + MORE
    yield from (character for character, _ in (*SIGNS.values(), *CHARACTERS.values()))
    yield from ACCENTS.values()
    for face in (face.upper() for face in FACES.values()):
        letters = ascii_letters + digits + greek if face in WHOLE else ascii_uppercase + digits
        yield from (faced(letter, face) for letter in letters)


def only_primes(font: TTFont) -> None:
    """Take the forms for small sizes out of a font, but for those of primes."""
    glyphs = {font.getBestCmap()[ord(prime)] for prime in PRIMES}
    features = font["GSUB"].table.FeatureList.FeatureRecord
    chosen = {k for each in features if each.FeatureTag == "ssty" for k in each.Feature.LookupListIndex}
    for k in chosen:
        for table in font["GSUB"].table.LookupList.Lookup[k].SubTable:
            table = getattr(table, "ExtSubTable", table)
            kept = table.alternates if hasattr(table, "alternates") else table.mapping
            for glyph in [glyph for glyph in kept if glyph not in glyphs]:
                del kept[glyph]


def no_wide_forms(font: TTFont) -> None:
    """Take out the forms of a growing sign that are wider than the pieces it can be put together of.

    Browsers give a sign that may grow the room of its widest form, however small it is set.
    """
    variants = font["MATH"].table.MathVariants
    for each in variants.VertGlyphConstruction:
        if each.GlyphAssembly:
            width = max(font["hmtx"][part.glyph][0] for part in each.GlyphAssembly.PartRecords)
            kept = [form for form in each.MathGlyphVariantRecord if font["hmtx"][form.VariantGlyph][0] <= width]
            each.MathGlyphVariantRecord = kept
            each.VariantCount = len(kept)


def subset(source: Path, target: Path) -> None:
    """Write the subset, the same bytes each time."""
    options = Options()
    options.flavor = "woff2"
    options.layout_features = ["ssty"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 5, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["GPOS", "GDEF", "BASE", "DSIG", "meta"]
    font = TTFont(source, recalcTimestamp=False)
    only_primes(font)
    no_wide_forms(font)
    cut = Subsetter(options)
    cut.populate(unicodes=sorted({ord(each) for text in characters() for each in text}))
    cut.subset(font)
    font.flavor = "woff2"
    font.save(target)


if __name__ == "__main__":
    subset(Path(sys.argv[1]), Path(sys.argv[2]))
