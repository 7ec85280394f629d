"""QTI 2.1: the structure that the specification asks for, and what an item gives for right and for wrong responses."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from grader.cli import main
from grader.export.items import Choice, Essay, Item, Matching, every, gathered
from grader.export.qti import MATHML, QTI, assessment_item, to_qti
from grader.problem import load_folder

ROOT = Path(__file__).parent.parent.parent
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
ORDER = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing"]
BLOCKS = {
    "p", "div", "ul", "ol", "blockquote", "pre", "table", "choiceInteraction", "matchInteraction",
    "extendedTextInteraction", "rubricBlock",
}  # fmt: skip
INLINE = {
    "p", "td", "code", "em", "strong", "a", "br", "span", "li", "tr", "tbody", "textEntryInteraction",
    "inlineChoiceInteraction", "inlineChoice", "simpleChoice", "simpleMatchSet", "simpleAssociableChoice",
}  # fmt: skip
"""The elements that we write, all of the specification's content model."""
RESPONDS = {
    "textEntryInteraction": {("single", "float")}, "inlineChoiceInteraction": {("single", "identifier")},
    "choiceInteraction": {("single", "identifier"), ("multiple", "identifier")},
    "matchInteraction": {("multiple", "directedPair")}, "extendedTextInteraction": {("single", "string")},
}  # fmt: skip
"""What an interaction's response may be declared as."""


@pytest.fixture(scope="module")
def package() -> dict[str, str]:
    """Every problem that ships, and variants of those that vary."""
    problems, _ = load_folder(ROOT / "problems")
    found, _ = gathered(every(problems, 2, "42"))
    assert to_qti(found) == to_qti(found)
    with ZipFile(io.BytesIO(to_qti(found))) as zipped:
        return {name: zipped.read(name).decode() for name in zipped.namelist()}


def plain(tag: str) -> str:
    return tag.rpartition("}")[2]


def of(root: ET.Element, name: str) -> list[ET.Element]:
    return list(root.iter(f"{{{QTI}}}{name}"))


def test_the_manifest_lists_every_item(package: dict[str, str]) -> None:
    """Each resource is a file in the package and each item a resource, under identifiers of their own."""
    root = ET.fromstring(package["imsmanifest.xml"])
    assert [plain(child.tag) for child in root] == ["metadata", "organizations", "resources"]
    assert [plain(child.tag) for child in root[0]] == ["schema", "schemaversion"]
    resources = list(root[2])
    assert {resource.get("href") for resource in resources} == set(package) - {"imsmanifest.xml"}
    assert {resource.get("type") for resource in resources} == {"imsqti_item_xmlv2p1"}
    assert all(resource[0].get("href") == resource.get("href") for resource in resources)
    identifiers = [str(resource.get("identifier")) for resource in resources]
    assert len(set(identifiers)) == len(identifiers)
    assert all(map(NAME.fullmatch, identifiers))


def test_items_have_the_structure_of_the_specification(package: dict[str, str]) -> None:
    """Children in their order, every interaction with a response of a type it may have, every rule about a response."""
    for name, text in package.items():
        if name != "imsmanifest.xml":
            sound(ET.fromstring(text))


def sound(root: ET.Element) -> None:
    assert root.tag == f"{{{QTI}}}assessmentItem"
    assert {"identifier", "title", "adaptive", "timeDependent"} <= set(root.attrib)
    places = [ORDER.index(plain(child.tag)) for child in root]
    assert places == sorted(places)
    declared = {
        str(each.get("identifier")): (str(each.get("cardinality")), str(each.get("baseType")))
        for each in of(root, "responseDeclaration")
    }
    assert all(map(NAME.fullmatch, declared))
    body = next(child for child in root if plain(child.tag) == "itemBody")
    asked = [each for each in body.iter() if plain(each.tag).endswith("Interaction")]
    assert sorted(str(each.get("responseIdentifier")) for each in asked) == sorted(declared)
    for each in asked:
        assert declared[str(each.get("responseIdentifier"))] in RESPONDS[plain(each.tag)]
    mathematics = {id(inner) for math in body.iter(f"{{{MATHML}}}math") for inner in math.iter()}
    assert {plain(child.tag) for child in body} <= BLOCKS
    assert {plain(each.tag) for each in body.iter() if id(each) not in mathematics} <= BLOCKS | INLINE | {"itemBody"}
    assert {str(each.get("identifier")) for each in of(root, "variable")} <= {*declared, "SCORE"}


def scored(root: ET.Element, responses: dict[str, list[str]]) -> float:
    """What the item's rules give: those of the specification's that we write."""
    score = 0.0
    for rule in of(root, "responseIf"):
        test, given = rule[0], responses.get(str(rule[0][0].get("identifier")), [])
        right = correct(root)[str(test[1].get("identifier"))]
        if plain(test.tag) == "match":
            met = bool(given) and sorted(given) == sorted(right)
        else:
            assert (test.get("toleranceMode") == "absolute") == (test.get("tolerance") is not None)
            low, high = map(float, (test.get("tolerance") or "0 0").split())
            met = bool(given) and float(right[0]) - low <= float(given[0]) <= float(right[0]) + high
        score += float(of(rule, "baseValue")[0].text or "") if met else 0
    for entry in of(root, "mapEntry"):
        score += float(str(entry.get("mappedValue"))) * (entry.get("mapKey") in responses.get("RESPONSE", []))
    return score


def correct(root: ET.Element) -> dict[str, list[str]]:
    return {
        str(each.get("identifier")): [str(value.text) for value in of(each, "value")]
        for each in of(root, "responseDeclaration")
    }


def most(root: ET.Element) -> float:
    found = next(each for each in of(root, "outcomeDeclaration") if each.get("identifier") == "MAXSCORE")
    return float(of(found, "value")[0].text or "")


def test_right_responses_earn_all_points(package: dict[str, str]) -> None:
    """And none where numbers are far off, or nothing is given; an essay's are a person's to give."""
    for name, text in package.items():
        root = ET.fromstring(text)
        if name == "imsmanifest.xml" or of(root, "extendedTextInteraction"):
            continue
        right = correct(root)
        assert scored(root, right) == pytest.approx(most(root), abs=1e-6)
        assert scored(root, {}) == 0
        numbers = {name: float(value) for name, (value, *_) in right.items() if re.fullmatch(r"-?[\d.]+", value)}
        assert scored(root, {name: [str(value + abs(value) + 1)] for name, value in numbers.items()}) == 0


@pytest.fixture(scope="module")
def pyslet() -> Callable[[str], Any]:
    """How pyslet, a player that we did not write, reads an item: by its own content model of QTI 2.1 and XHTML."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = pytest.importorskip("pyslet.qtiv2.xml")

        def read(text: str) -> Any:
            document = reader.QTIDocument()
            document.read(src=io.BytesIO(text.encode()))
            return document.root

        return read


@pytest.mark.filterwarnings("ignore")
def test_a_player_that_we_did_not_write_agrees(package: dict[str, str], pyslet: Callable[[str], Any]) -> None:
    """Pyslet reads every item, and its response processing gives the same points.

    It keeps the two numbers of a tolerance as one text, which is split here as the specification says.
    """
    from pyslet.qtiv2 import expressions, variables

    for name, text in package.items():
        if name == "imsmanifest.xml":
            continue
        item = pyslet(text)
        if "extendedTextInteraction" in text:
            continue
        for each in item.find_children_depth_first(expressions.Equal):
            each.tolerance = each.tolerance.split() if isinstance(each.tolerance, str) else each.tolerance
        state = variables.ItemSessionState(item)
        state.begin_session()
        for response in correct(ET.fromstring(text)):
            state[response].set_value(state[response + ".CORRECT"].value)
        item.ResponseProcessing.run(state)
        assert state["SCORE"].value == pytest.approx(state["MAXSCORE"].value, abs=1e-6)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("place", "put"),
    [
        ("<itemBody>", "<itemBody><bogus/>"),
        ("<itemBody>", "<itemBody><textEntryInteraction responseIdentifier='R1_1'/>"),
        ("<itemBody>", "<itemBody>text"),
        ("<p>", "<p><div>x</div>"),
    ],
)
def test_the_player_refuses_what_is_no_item(
    package: dict[str, str], pyslet: Callable[[str], Any], place: str, put: str
) -> None:
    """What stands in a wrong place, so that its reading of ours says something; values of attributes it takes."""
    text = next(text for name, text in package.items() if "sgd-line" in name)
    pyslet(text)
    with pytest.raises(Exception, match=r"in ItemBody|Unexpected data|not allowed in P"):
        pyslet(text.replace(place, put, 1))


@pytest.mark.filterwarnings("ignore")
def test_the_package_is_one_for_the_player(package: dict[str, str], tmp_path: Path) -> None:
    """Its reader of IMS content packages finds every item in the manifest."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        packages = pytest.importorskip("pyslet.imscpv1p2")
    for name, text in package.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    read = packages.ContentPackage(str(tmp_path))
    resources = list(read.manifest.root.Resources.get_children())
    assert {resource.type for resource in resources} == {"imsqti_item_xmlv2p1"}
    assert len(resources) == len(package) - 1
    read.close()


HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(HOSTILE, HOSTILE)
def test_any_title_and_word_is_text(title: str, word: str) -> None:
    """Nothing of anybody's opens an element, and what XML forbids is replaced."""
    for content in (Choice(("a", "b"), (0,), False), Matching(("a", "b"), (word, "2"), (0, 1)), Essay(("r",))):
        sound(ET.fromstring(assessment_item(Item("i", title, "p", "<p>x</p>", Fraction(1), content), "i")))


def test_the_command(tmp_path: Path) -> None:
    """One zip file, and what is left out by name."""
    result = CliRunner().invoke(main, ["export", "qti", str(ROOT / "problems/lesson-0"), "--out", str(tmp_path)])
    assert result.exit_code == 0
    assert "df_dx and df_dy of saddle-point; no platform marks formulas" in result.stderr
    with ZipFile(tmp_path / "qti.zip") as zipped:
        assert zipped.testzip() is None
        assert len(zipped.namelist()) > 20
