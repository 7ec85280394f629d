"""Pictures: what is drawn for which problem, that it is true, and that it can be read."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.document import read_yaml
from grader.expression import formats
from grader.expression.exact import get
from grader.families import load_all, starting_spec
from grader.marking.marks import cell_name
from grader.problem import Problem, read_problem
from grader.render.pictures import PICTURES, Picture, pictures, style
from grader.render.pictures.drawing import number
from grader.render.pictures.shapes import width_of
from grader.render.values import number_layout, shown
from grader.render.work import work_step

SVG = "{http://www.w3.org/2000/svg}"
PROBLEMS = {path.stem: path for path in sorted(Path("problems").rglob("*.yaml")) if path.stem != "course"}

KERNEL, POOLED, NETWORK = "The kernel", "pooling of", "weights|first forward pass"
LINE, LOSS, PATH, LEVEL = "The line before and after", "The loss", "The descent", "where it is level"
ROUNDS, BARS, ARROWS = "The rounds of k-means", "probabilities", "The vectors u and v"

EXPECTED = {
    "adagrad-weight": [LINE, LOSS],
    "autoencoder": [NETWORK],
    "average-pooling": [POOLED],
    "backpropagation": [NETWORK],
    "cnn-two-kernels": [KERNEL, KERNEL, POOLED, POOLED, NETWORK],
    "convolution-stride-1": [KERNEL],
    "convolution-stride-2": [KERNEL],
    "convolution-stride-3": [KERNEL],
    "cyclic-image": [KERNEL, POOLED],
    "flattening": [KERNEL, POOLED],
    "max-pooling": [POOLED],
    "momentum-line": [LINE, LOSS],
    "padded-convolution": [KERNEL, POOLED],
    "sgd-line": [LINE, LOSS],
    "batch-convolution": [KERNEL],
    "lasso-regression-descent": [LINE, LOSS],
    "linear-regression-descent": [LINE, LOSS],
    "ridge-regression-descent": [LINE, LOSS],
    "two-clusters": [ROUNDS],
    "cross-entropy-numbers": [BARS],
    "exercise-2-maps": [KERNEL, KERNEL, KERNEL],
    "softmax-numbers": [BARS],
    "sigmoid-neuron": [NETWORK],
    "batch-descent": [LINE, LOSS],
    "hundred-points": [LINE, LOSS],
    "mini-batch-descent": [LINE, LOSS],
    "stochastic-descent": [LINE, LOSS],
    "descent-diverging": [PATH],
    "descent-parabola": [PATH],
    "descent-two-valleys-crest": [PATH],
    "descent-two-valleys-left": [PATH],
    "descent-two-valleys-right": [PATH],
    "raised-bowl": [PATH],
    "partial-derivatives": [LEVEL],
    "saddle-point": [LEVEL],
    "valleys-and-crest": [LEVEL],
    "distance-in-space": [ARROWS],
    "dot-and-cross": [ARROWS],
    "same-direction": [ARROWS],
}
"""What the titles of a problem's pictures say; the problems that are not here have none."""


def problem(text: str) -> Problem:
    """A problem from its spec without a title."""
    return read_problem(read_yaml(text), "p")


def box_of(shape: ElementTree.Element) -> tuple[float, float, float, float]:
    """The left, top, right and bottom of an element, of words as wide as they may be."""
    a = shape.attrib
    match shape.tag.removeprefix(SVG):
        case "rect":
            x, y = float(a["x"]), float(a["y"])
            return x, y, x + float(a["width"]), y + float(a["height"])
        case "circle":
            x, y, r = float(a["cx"]), float(a["cy"]), float(a["r"])
            return x - r, y - r, x + r, y + r
        case "line":
            xs, ys = [float(a["x1"]), float(a["x2"])], [float(a["y1"]), float(a["y2"])]
        case "text":
            return box_of_words(shape)
        case _:
            values = list(map(float, re.findall(r"-?\d+(?:\.\d+)?", a.get("points", a.get("d", "")))))
            xs, ys = values[0::2], values[1::2]
    return min(xs), min(ys), max(xs), max(ys)


def box_of_words(shape: ElementTree.Element) -> tuple[float, float, float, float]:
    size = float(shape.get("font-size", "13"))
    wide = width_of("".join(shape.itertext()), size)
    x, y = float(shape.attrib["x"]), float(shape.attrib["y"])
    left = {"start": x, "middle": x - wide / 2, "end": x - wide}[shape.get("text-anchor", "middle")]
    return left, y - 0.75 * size, left + wide, y + 0.2 * size


def check(picture: Picture) -> ElementTree.Element:
    """What every picture keeps: it is XML with words for everybody, asks for nothing, and stays in its frame."""
    root = ElementTree.fromstring(picture.svg)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert 0 < width <= 640
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert title is not None
    assert description is not None
    assert root.attrib["aria-labelledby"].split() == [title.get("id"), description.get("id")]
    assert (title.text, description.text) == (picture.title, picture.description)
    assert not re.search(r"nan|\binf\b", re.sub(r"<(title|desc)[^>]*>.*?</\1>|>[^<]*<", "", picture.svg), re.I)
    names = {name for each in root.iter() for name in each.attrib}
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= TAGS
    assert not any(name in {"style", "href"} or name.startswith(("on", "{")) for name in names)
    for shape in root.iter():
        if shape.tag.removeprefix(SVG) not in {"svg", "title", "desc", "tspan"}:
            left, top, right, bottom = box_of(shape)
            assert min(left, top, width - right, height - bottom) >= -0.5, shape.attrib
    return root


TAGS = {"svg", "title", "desc", "text", "tspan", "rect", "circle", "line", "polyline", "polygon", "path"}


@pytest.mark.parametrize("id", PROBLEMS)
def test_pictures_of_shipped_problems(id: str) -> None:
    """Each has the pictures of the table, behind steps it has, in their order, sound, in bytes that stay the same."""
    each = grader.load(PROBLEMS[id])
    found = pictures(each, f"{id}-")
    wanted = EXPECTED.get(id, [])
    assert len(found) == len(wanted)
    assert all(re.search(words, picture.title) for words, picture in zip(wanted, found, strict=True))
    order = ["", *each.solution]
    assert [order.index(picture.after) for picture in found] == sorted(order.index(picture.after) for picture in found)
    for picture in found:
        check(picture)
    assert found == pictures(grader.load(PROBLEMS[id]), f"{id}-")


@pytest.mark.parametrize("id", EXPECTED)
def test_words_do_not_overlap(id: str) -> None:
    """No two texts of a picture share a place."""
    for picture in pictures(grader.load(PROBLEMS[id])):
        boxes = [
            (box_of_words(each), "".join(each.itertext()))
            for each in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")
        ]
        for k, (a, words) in enumerate(boxes):
            for b, others in boxes[:k]:
                apart = a[0] >= b[2] - 1 or b[0] >= a[2] - 1 or a[1] >= b[3] - 1 or b[1] >= a[3] - 1
                assert apart, (words, others)


@pytest.mark.parametrize("name", sorted(load_all()))
def test_every_family_s_example(name: str) -> None:
    """The example of a family with a picture has one, and it is sound."""
    found = pictures(problem(starting_spec(load_all()[name])))
    assert bool(found) == (name in PICTURES and name not in {"lasso"})
    for picture in found:
        check(picture)


def test_ids_are_one_s_own() -> None:
    """Pictures of several problems on a page have ids that differ, whatever their prefixes are."""
    each = grader.load(PROBLEMS["cnn-two-kernels"])
    svgs = [picture.svg for prefix in ("a", "a ", 'a"', "a_20_") for picture in pictures(each, prefix)]
    ids = [found for svg in svgs for found in re.findall(r' id="([^"]*)"', svg)]
    assert len(ids) == len(set(ids)) == 4 * 5 * 2


@pytest.mark.parametrize("id", [id for id, kinds in EXPECTED.items() if KERNEL in kinds])
def test_the_lit_entry_is_the_worked_one(id: str) -> None:
    """The picture shows the entry that the page works out, with the value that stands there."""
    each = grader.load(PROBLEMS[id])
    for picture in pictures(each):
        if picture.title.startswith("The kernel"):
            step = each.solution[picture.after]
            index = tuple(length // 2 for length in step.shape)
            worked = [line.label for line in work_step(each.solution, step, None).lines if line.label]
            assert worked == [cell_name(index)]
            assert cell_name(index[-2:]) in picture.title
            value = formats.plain(number_layout(shown(get(step.exact, index))))
            assert picture.description.endswith(f"= {value}.")


@pytest.mark.parametrize("id", ["sgd-line", "exercise-2-maps", "momentum-line", "ridge-numbers", "softmax-numbers"])
def test_numbers_are_those_of_pages(id: str) -> None:
    """A number in a picture is written as on the page beside it."""
    for step in grader.load(PROBLEMS[id]).solution.values():
        if not step.shape:
            assert number(step.value) == formats.plain(number_layout(shown(step.exact)))


def test_the_loss_is_the_page_s() -> None:
    """The first and the last point of the falling loss are the errors that the page works out."""
    each = grader.load(PROBLEMS["sgd-line"])
    description = pictures(each)[1].description
    ends = (number(each.solution[name].value, 4) for name in ("mse_before", "mse_after"))
    assert [f"{t}: {loss}" for t, loss in zip((0, 5), ends, strict=True)] == re.findall(r"[05]: [\d.]+\d", description)


def test_the_largest_entries_are_ringed() -> None:
    """One ring a window where windows do not overlap."""
    each = problem("{family: pool2d, given: {X: [[1, 2, 5, 0], [4, 3, 0, 0], [0, 0, 9, 8], [7, 0, 8, 8]], size: 2}}")
    root = check(pictures(each)[0])
    assert len([shape for shape in root.iter(f"{SVG}rect") if "rx" in shape.attrib]) == 4
    assert "max(0, 0, 7, 0)" not in pictures(each)[0].description
    assert "max(9, 8, 8, 8) = 9" in pictures(each)[0].description


def test_absent_edges_are_left_out() -> None:
    """The network of the notes has four weights, and two zeros that are no edges."""
    root = check(pictures(grader.load(PROBLEMS["backpropagation"]))[0])
    assert len(list(root.iter(f"{SVG}line"))) == 4


def test_large_layers_end_in_dots() -> None:
    """Of a layer of 20 neurons 8 are drawn, and the words say how many there are."""
    weights = [[(i + j) % 3 - 1 for i in range(20)] for j in range(2)]
    spec = f"{{family: backprop, given: {{x: {list(range(1, 21))}, y: [1, 0], lr: 0.1, layers: [{{W: {weights}}}]}}}}"
    picture = pictures(problem(spec))[0]
    root = check(picture)
    assert len(list(root.iter(f"{SVG}circle"))) == 8 + 2
    assert picture.description.startswith("20 to 2 neurons")


HOSTILE = ["<script>alert(1)</script>", "a&b;", 'x" onload="alert(1)', "]]>", "\u202ekernel", "k" * 500, "a_<b>_{c}"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_words_and_nothing_else(name: str) -> None:
    """Names of kernels and prefixes from anywhere: the picture is sound, and shows them shortened."""
    kernels = json.dumps({name: [[1, 2], [3, 4]]})
    each = problem(f"{{family: conv2d, given: {{X: [[1, 2, 3], [4, 5, 6], [7, 8, 9]], K: {kernels}}}}}")
    (picture,) = pictures(each, name)
    check(picture)
    assert len(picture.title) <= 120


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_convolution_can_be_drawn(data: st.DataObject) -> None:
    """Whatever the sizes, the stride, the padding and the numbers: the picture stays in its frame."""
    entries = st.one_of(
        st.integers(-9, 9),
        st.integers(-(10**9), 10**9),
        st.decimals(-2, 2, places=6).map(float),
    )
    high, wide = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 30))
    down, across = data.draw(st.integers(1, min(high, 6))), data.draw(st.integers(1, min(wide, 6)))
    numbers = st.lists(entries, min_size=4, max_size=4)
    few, some = data.draw(numbers), data.draw(numbers)
    X = [[few[(3 * i + j) % 4] for j in range(wide)] for i in range(high)]
    K = [[some[(i + j) % 4] for j in range(across)] for i in range(down)]
    stride, padding = data.draw(st.integers(1, 3)), data.draw(st.integers(0, 2))
    flip = data.draw(st.sampled_from(["true", "false"]))
    spec = f"{{family: conv2d, given: {{X: {X}, K: {K}, stride: {stride}, padding: {padding}, flip: {flip}}}}}"
    for picture in pictures(problem(spec.replace("e-", "E-"))):
        check(picture)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_pooling_can_be_drawn(data: st.DataObject) -> None:
    """Windows that overlap, leave gaps or hang over the edge."""
    high, wide = data.draw(st.integers(2, 20)), data.draw(st.integers(2, 20))
    size, stride = data.draw(st.integers(1, min(high, wide, 4))), data.draw(st.integers(1, 4))
    mode, ceil = data.draw(st.sampled_from(["max", "avg"])), data.draw(st.sampled_from(["true", "false"]))
    X = [[(7 * i + 3 * j) % 10 for j in range(wide)] for i in range(high)]
    given_ = f"{{X: {X}, size: {size}, stride: {stride}, mode: {mode}, ceil: {ceil}}}"
    for picture in pictures(problem(f"{{family: pool2d, given: {given_}}}")):
        check(picture)


def test_the_style_knows_every_class() -> None:
    """A class that a picture uses is one that the style sheet turns dark."""
    used = {name for id in EXPECTED for each in pictures(grader.load(PROBLEMS[id])) for name in classes(each.svg)}
    assert used - {"picture"} <= set(re.findall(r"\.([fs]-\w+)", style()))


def classes(svg: str) -> list[str]:
    return [name for found in re.findall(r'class="([^"]*)"', svg) for name in found.split()]
