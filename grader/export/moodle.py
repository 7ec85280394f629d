"""Moodle XML: problems as a question bank, after https://docs.moodle.org/en/Moodle_XML_format.

A single number is a `numerical` question; all the numbers of a page are one `cloze` question, whose grade Moodle makes
of the weights of its blanks; options are `multichoice`, pairs `matching`, prose `essay` with the rubric for the marker.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np

from grader.export.items import Blank, Blanks, Choice, Essay, Item, LeftOut, Matching, decimal, label, rows, weights
from grader.spreadsheet import decimal as points

FRACTIONS = {
    1: "100", 2: "50", 3: "33.33333", 4: "25", 5: "20", 6: "16.66667", 7: "14.28571", 8: "12.5", 9: "11.11111", 10: "10"
}  # fmt: skip
"""The share of each of so many right options: Moodle knows these and takes no other."""
FEWEST_PAIRS = 2
FEWEST_RIGHT = 3  # on the right of pairs to match
LINES = 15  # of the field for an essay
LONGEST_ID = 100
HEADING = """\
# Reads the responses of a Moodle quiz (Results, Responses, CSV) back:
#     grader grade responses.csv --mapping moodle.mapping.yaml
# Keep the problems of your quiz and give their columns the numbers that they have there.
student: Email address
blank: "-"
answers:"""
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_moodle(items: Iterable[Item], category: str) -> tuple[str, list[LeftOut]]:
    """The file to import, and the questions that Moodle has no room for.

    Questions stand in one category; the variants of a problem in one of their own below it, since that is what Moodle
    draws a random question from.
    """
    quiz, errors, current = ET.Element("quiz"), list[LeftOut](), ""
    for item in items:
        if why := unfit(item):
            errors.append(LeftOut(f"{item.id} {why}"))
            continue
        place = category_of(category, item)
        if place != current:
            _category(quiz, place)
            current = place
        _question(quiz, item)
    ET.indent(quiz, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(quiz, encoding="unicode") + "\n", errors


def category_of(category: str, item: Item) -> str:
    """Where a question stands; a slash in a name is doubled.

    >>> category_of("AI/ML", Item("w-v1", "W", "w", "", 1, Essay(()), variant=1))
    '$course$/top/AI//ML/w'
    >>> category_of("AI/ML", Item("w", "W", "w", "", 1, Essay(())))
    '$course$/top/AI//ML'
    """
    names = [category, *([item.problem] if item.variant else [])]
    return "/".join(["$course$/top", *(name.replace("/", "//") for name in names)])


def unfit(item: Item) -> str:
    """Why Moodle has no such question; empty where it has."""
    match item.content:
        case Choice(_, right, _, _) if len(right) not in FRACTIONS:
            return f"has {len(right)} right options; Moodle's shares go to 10"
        case Matching(left, right, _) if len(left) < FEWEST_PAIRS or len(right) < FEWEST_RIGHT:
            return f"has fewer than {FEWEST_PAIRS} pairs or {FEWEST_RIGHT} answers, which Moodle asks for"
    return ""


def _category(quiz: ET.Element, path: str) -> None:
    question = ET.SubElement(quiz, "question", type="category")
    _text(ET.SubElement(question, "category"), path)


def _question(quiz: ET.Element, item: Item) -> None:
    """A question: what all have, then what its type has."""
    type, write = _written(item)
    question = ET.SubElement(quiz, "question", type=type)
    _text(ET.SubElement(question, "name"), item.title)
    body = _html(question, "questiontext", cloze(item) if type == "cloze" else item.text)
    _html(question, "generalfeedback", item.content.reason if isinstance(item.content, Choice) else "")
    if type != "cloze":
        _plain(question, "defaultgrade", points(item.points))
    _plain(question, "penalty", "0")
    _plain(question, "hidden", "0")
    _plain(question, "idnumber", item.id[-LONGEST_ID:])
    write(question, body)


def _written(item: Item) -> tuple[str, Callable[[ET.Element, ET.Element], None]]:
    """Moodle's name of the type, and what writes the rest of such a question."""
    content = item.content
    match content:
        case Blanks((Blank(shape=(), words=()) as blank,)):
            return "numerical", lambda question, body: _numerical(question, body, blank)
        case Blanks():
            return "cloze", lambda question, body: None
        case Choice():
            return "multichoice", lambda question, body: _choice(question, content)
        case Matching():
            return "matching", lambda question, body: _matching(question, content)
        case Essay():
            return "essay", lambda question, body: _essay(question, content)


def _numerical(question: ET.Element, body: ET.Element, blank: Blank) -> None:
    body[0].text = f"{body[0].text}\n<p>{label(blank)}</p>"
    answer = ET.SubElement(question, "answer", fraction="100", format="moodle_auto_format")
    _text(answer, decimal(blank.values[0]))
    _html(answer, "feedback", "")
    _plain(answer, "tolerance", decimal(blank.allowed[0]))


def _choice(question: ET.Element, choice: Choice) -> None:
    """Wrong options take all away: an answer is right where it names exactly what is right."""
    _plain(question, "single", str(not choice.several).lower())
    _plain(question, "shuffleanswers", "true")
    _plain(question, "answernumbering", "abc")
    for k, option in enumerate(choice.options):
        wrong = "-100" if choice.several else "0"
        answer = ET.SubElement(
            question, "answer", fraction=FRACTIONS[len(choice.right)] if k in choice.right else wrong
        )
        answer.set("format", "html")
        _text(answer, option)
        _html(answer, "feedback", "")


def _matching(question: ET.Element, pairs: Matching) -> None:
    """Each on the left with its own; what is left over on the right stands beside nothing."""
    _plain(question, "shuffleanswers", "true")
    spare = [k for k in range(len(pairs.right)) if k not in pairs.answers]
    for text, k in [*zip(pairs.left, pairs.answers, strict=True), *(("", k) for k in spare)]:
        pair = _html(question, "subquestion", text)
        _text(ET.SubElement(pair, "answer"), pairs.right[k])


def _essay(question: ET.Element, essay: Essay) -> None:
    _plain(question, "responseformat", "editor")
    _plain(question, "responserequired", "1")
    _plain(question, "responsefieldlines", str(LINES))
    _plain(question, "attachments", "0")
    _html(question, "graderinfo", f"<ul>{''.join(f'<li>{point}</li>' for point in essay.rubric)}</ul>")
    _html(question, "responsetemplate", "")


def cloze(item: Item) -> str:
    """The exercise with its blanks; a brace of the author's is an entity, so that it opens no blank."""
    assert isinstance(item.content, Blanks)
    blanks = item.content.parts
    parts = [item.text.replace("{", "&#123;")]
    for blank, weight in zip(blanks, weights(blanks), strict=True):
        before = label(blank).replace("{", "&#123;")
        field = rows(blank, fields(blank, weight))
        parts.append(f"<p>{before}</p>\n{field}" if blank.shape else f"<p>{before} {field}</p>")
    return "\n".join(parts)


def fields(blank: Blank, weight: int) -> Sequence[str]:
    """Cloze's blanks for the entries of a part.

    >>> fields(Blank("w", "", 1, (), (0.524,), (0.001,)), 2)
    ['{2:NUMERICAL:=0.524:0.001}']
    >>> fields(Blank("larger", "", 1, (), (1.0,), (0.0,), ("no", "yes")), 1)
    ['{1:MULTICHOICE:no~=yes}']
    """
    if blank.words:
        right = int(blank.values[0])
        words = [("=" if k == right else "") + _escaped(word) for k, word in enumerate(blank.words)]
        return [f"{{{weight}:MULTICHOICE:{'~'.join(words)}}}"]
    return [
        f"{{{weight}:NUMERICAL:={decimal(value)}:{decimal(allowed)}}}"
        for value, allowed in zip(blank.values, blank.allowed, strict=True)
    ]


def responses_mapping(items: Iterable[Item]) -> str:
    """What reads the answers of a quiz back, for `grader grade --mapping`: a column a question, its blanks in order.

    Questions are numbered as they stand in the file, variants and those that Moodle answers in its own words left out.
    """
    answers: dict[str, list[str]] = {}
    fitting = (item for item in items if not unfit(item))
    for number, item in enumerate(fitting, start=1):
        column, lines = f"Response {number}", answers.setdefault(item.problem, [])
        match item.content:
            case _ if item.variant:
                continue
            case Blanks((Blank(shape=(), words=()) as only,)):
                lines.append(f"{_key(only.name)}: {column}")
            case Blanks(parts):
                found = numbered(parts).items()
                lines += [f"{_key(name)}: {{column: {column}, part: {part}}}" for name, part in found]
            case Essay():
                lines.append(f"{_key(item.step)}: {column}")
    kept = ["\n    ".join([f"  {_key(id)}:", *lines]) for id, lines in answers.items() if lines]
    return "\n".join([HEADING, *kept, ""])


def _key(name: str) -> str:
    """A key of YAML, in quotes where it would not be read as a name."""
    return name if re.fullmatch(r"[^\W\d][\w-]*", name) else json.dumps(name, ensure_ascii=False)


def numbered(blanks: Sequence[Blank]) -> dict[str, Any]:
    """The numbers of the blanks of each part, arranged as its tensor is.

    >>> one, four = Blank("w", "", 1, (), (1.0,), (0.0,)), Blank("X", "", 1, (2, 2), (1.0,) * 4, (0.0,) * 4)
    >>> numbered([one, four])
    {'w': 1, 'X': [[2, 3], [4, 5]]}
    """
    found, before = {}, 1
    for blank in blanks:
        count = len(blank.values)
        found[blank.name] = np.arange(before, before + count).reshape(blank.shape).tolist()
        before += count
    return found


def _escaped(word: str) -> str:
    return re.sub(r'([}#~/"\\])', r"\\\1", word)


def _text(parent: ET.Element, text: str) -> None:
    _plain(parent, "text", text)


def _plain(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = _FORBIDDEN.sub("\ufffd", text)


def _html(parent: ET.Element, tag: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, tag, format="html")
    _text(element, text)
    return element
