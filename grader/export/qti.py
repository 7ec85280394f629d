"""IMS QTI 2.1: problems as assessment items in a content package, a zip file that many platforms import.

Numbers are `textEntryInteraction`s compared within their tolerance, options a `choiceInteraction` that is right where
it names exactly those that are right, pairs a `matchInteraction`, prose an `extendedTextInteraction` whose score a
person gives beside the rubric. Text is what authors wrote, mathematics MathML.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from grader.export.items import Blank, Blanks, Choice, Essay, Item, Matching, decimal, label, rows
from grader.spreadsheet import decimal as points

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
XSD = "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1p1.xsd"
MATHML = "http://www.w3.org/1998/Math/MathML"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
LINES, WIDTH = 15, 12  # of the field for an essay; of the field for a number, in characters
KEPT = frozenset({"href", "class"})
"""What stays of the attributes of HTML; QTI knows none of the others that pages have."""
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_qti(items: Sequence[Item]) -> bytes:
    """The package: `imsmanifest.xml` and a file an item, the same bytes for the same items."""
    named = {f"items/{identifier(item, k)}.xml": item for k, item in enumerate(items, start=1)}
    files = {"imsmanifest.xml": manifest(list(named))}
    files |= {name: assessment_item(item, name[6:-4]) for name, item in named.items()}
    data = io.BytesIO()
    with ZipFile(data, "w") as package:
        for name, text in files.items():
            info = ZipInfo(name)  # with the first day of 1980 as its date
            info.compress_type = ZIP_DEFLATED
            package.writestr(info, text)
    return data.getvalue()


def identifier(item: Item, number: int) -> str:
    """What an item is called in the package: letters, digits, dots and dashes, and no two alike.

    >>> identifier(Item("sgd-line", "", "", "", Fraction(1), Essay(())), 7)
    'item-007-sgd-line'
    """
    return f"item-{number:03}-{re.sub('[^A-Za-z0-9.-]+', '_', item.id)[:60]}"


def manifest(files: Sequence[str]) -> str:
    """What the package holds."""
    root = ET.Element("manifest", xmlns=PACKAGE, identifier="grader-items")
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "schema").text = "QTIv2.1 Package"
    ET.SubElement(metadata, "schemaversion").text = "1.0.0"
    ET.SubElement(root, "organizations")
    resources = ET.SubElement(root, "resources")
    for name in files:
        resource = ET.SubElement(resources, "resource", identifier=f"resource-{name[6:-4]}", type="imsqti_item_xmlv2p1")
        resource.set("href", name)
        ET.SubElement(resource, "file", href=name)
    return _document(root)


def assessment_item(item: Item, name: str) -> str:
    """One item as an XML document."""
    root = ET.Element("assessmentItem", {
        "xmlns": QTI, "xmlns:xsi": INSTANCE, "xsi:schemaLocation": f"{QTI} {XSD}", "identifier": name,
        "title": clean(item.title), "adaptive": "false", "timeDependent": "false", "toolName": "grader",
    })  # fmt: skip
    body, rules = ET.Element("itemBody"), ET.Element("responseProcessing")
    ET.SubElement(body, "div").extend(nodes(item.text))
    match item.content:
        case Blanks(parts):
            _blanks(root, body, rules, parts)
        case Choice() as choice:
            _choice(root, body, rules, choice, item.points)
        case Matching() as pairs:
            _matching(root, body, rules, pairs, item.points)
        case Essay() as essay:
            _essay(root, body, essay)
    _outcome(root, "SCORE", Fraction(0))
    _outcome(root, "MAXSCORE", item.points)
    root.append(body)
    if len(rules):
        root.append(rules)
    return _document(root)


def _blanks(root: ET.Element, body: ET.Element, rules: ET.Element, parts: Iterable[Blank]) -> None:
    """A field for each entry; a part's points are shared among its entries."""
    for number, blank in enumerate(parts, start=1):
        names = [f"R{number}_{k}" for k in range(1, len(blank.values) + 1)]
        fields = [f'<field name="{name}"/>' for name in names]
        text = f"<p>{label(blank)}</p>{rows(blank, fields)}" if blank.shape else f"<p>{label(blank)} {fields[0]}</p>"
        place = ET.SubElement(body, "div")
        place.extend(nodes(text))
        for field in place.iter("field"):
            _field(field, blank)
        for name, value, allowed in zip(names, blank.values, blank.allowed, strict=True):
            correct = word(int(value)) if blank.words else decimal(value)
            _response(root, name, "single", "identifier" if blank.words else "float", [correct])
            _rule(rules, _same(name, bool(blank.words), allowed), blank.points / len(names))


def _field(field: ET.Element, blank: Blank) -> None:
    """Make a place that was held for an entry the interaction that it is."""
    name, tail = field.attrib["name"], field.tail
    field.clear()
    field.tail = tail
    field.set("responseIdentifier", name)
    if not blank.words:
        field.tag = "textEntryInteraction"
        field.set("expectedLength", str(WIDTH))
        return
    field.tag = "inlineChoiceInteraction"
    field.set("shuffle", "false")
    for k, text in enumerate(blank.words):
        ET.SubElement(field, "inlineChoice", identifier=word(k)).text = clean(text)


def word(position: int) -> str:
    """What one of some words, or of some options, is called."""
    return f"C{position + 1}"


def _same(name: str, exactly: bool, allowed: float) -> ET.Element:
    """Whether a response is right: the same, or so far off at most."""
    if exactly:
        test = ET.Element("match")
    elif not allowed:
        test = ET.Element("equal", toleranceMode="exact")
    else:
        test = ET.Element("equal", toleranceMode="absolute", tolerance=f"{decimal(allowed)} {decimal(allowed)}")
    ET.SubElement(test, "variable", identifier=name)
    ET.SubElement(test, "correct", identifier=name)
    return test


def _rule(rules: ET.Element, test: ET.Element, worth: Fraction) -> None:
    """Points for a test that holds."""
    met = ET.SubElement(ET.SubElement(rules, "responseCondition"), "responseIf")
    met.append(test)
    total = ET.SubElement(ET.SubElement(met, "setOutcomeValue", identifier="SCORE"), "sum")
    ET.SubElement(total, "variable", identifier="SCORE")
    ET.SubElement(total, "baseValue", baseType="float").text = decimal(float(worth))


def _choice(root: ET.Element, body: ET.Element, rules: ET.Element, choice: Choice, worth: Fraction) -> None:
    """All points for exactly the right options."""
    cardinality = "multiple" if choice.several else "single"
    _response(root, "RESPONSE", cardinality, "identifier", map(word, choice.right))
    field = ET.SubElement(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true")
    field.set("maxChoices", "0" if choice.several else "1")
    for k, option in enumerate(choice.options):
        ET.SubElement(field, "simpleChoice", identifier=word(k)).extend(nodes(option))
    _rubric(body, [choice.reason] if choice.reason else [])
    _rule(rules, _same("RESPONSE", True, 0), worth)


def _matching(root: ET.Element, body: ET.Element, rules: ET.Element, pairs: Matching, worth: Fraction) -> None:
    """Each pair counts alike."""
    right = [f"L{k} R{answer + 1}" for k, answer in enumerate(pairs.answers, start=1)]
    declared = _response(root, "RESPONSE", "multiple", "directedPair", right)
    mapping = ET.SubElement(declared, "mapping", defaultValue="0")
    for pair in right:
        ET.SubElement(mapping, "mapEntry", mapKey=pair, mappedValue=decimal(float(worth / len(right))))
    field = ET.SubElement(body, "matchInteraction", responseIdentifier="RESPONSE", shuffle="true")
    field.set("maxAssociations", str(len(right)))
    for side, texts, most in (("L", pairs.left, 1), ("R", None, len(right))):
        place = ET.SubElement(field, "simpleMatchSet")
        for k, text in enumerate(texts or pairs.right, start=1):
            choice = ET.SubElement(place, "simpleAssociableChoice", identifier=f"{side}{k}", matchMax=str(most))
            if texts:
                choice.extend(nodes(text))
            else:
                choice.text = clean(text)
    given = ET.SubElement(rules, "setOutcomeValue", identifier="SCORE")
    ET.SubElement(given, "mapResponse", identifier="RESPONSE")


def _essay(root: ET.Element, body: ET.Element, essay: Essay) -> None:
    """No rule gives points: a person does."""
    _response(root, "RESPONSE", "single", "string", [])
    ET.SubElement(body, "extendedTextInteraction", responseIdentifier="RESPONSE", expectedLines=str(LINES))
    _rubric(body, essay.rubric)


def _rubric(body: ET.Element, texts: Sequence[str]) -> None:
    """What only whoever marks sees."""
    if texts:
        block = ET.SubElement(body, "rubricBlock", view="scorer")
        block.extend(nodes(f"<ul>{''.join(f'<li>{text}</li>' for text in texts)}</ul>"))


def _response(root: ET.Element, name: str, cardinality: str, type: str, right: Iterable[str]) -> ET.Element:
    declared = ET.SubElement(root, "responseDeclaration", identifier=name, cardinality=cardinality, baseType=type)
    if values := list(right):
        correct = ET.SubElement(declared, "correctResponse")
        for value in values:
            ET.SubElement(correct, "value").text = value
    return declared


def _outcome(root: ET.Element, name: str, value: Fraction) -> None:
    declared = ET.SubElement(root, "outcomeDeclaration", identifier=name, cardinality="single", baseType="float")
    ET.SubElement(ET.SubElement(declared, "defaultValue"), "value").text = points(value)


def nodes(html: str) -> list[ET.Element]:
    """HTML as QTI's elements, mathematics in its own namespace.

    >>> [ET.tostring(each) for each in nodes('<p role="x">a &amp; b</p>')]
    [b'<p>a &amp; b</p>']
    """
    found = list(ET.fromstring(f"<div>{_FORBIDDEN.sub('�', html)}</div>"))
    for math in (each for root in found for each in root.iter("math")):
        math.set("xmlns", MATHML)
    inside = {id(each) for root in found for math in root.iter("math") for each in math.iter()}
    for each in (each for root in found for each in root.iter()):
        if id(each) not in inside and each.tag != "field":
            for name in set(each.attrib) - KEPT:
                del each.attrib[name]
    return found


def clean(text: str) -> str:
    """Text without what XML forbids."""
    return _FORBIDDEN.sub("\ufffd", text)


def _document(root: ET.Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
