"""Variants: draws that are the same everywhere, as likely as each other, and as the spec says."""

import itertools
import os
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from grader import intake, variants
from grader.document import Entries, Text, from_python, read_yaml
from grader.drawing import Range, Stream
from grader.errors import Place, SpecError
from grader.marking import Sheet, mark
from grader.problem import Problem, read_problem
from grader.requirements import holds

LINE = """\
family: sgd
given:
  w: 0.5
  b: 0.1
  lr: 0.01
  x: [1, 2, 3]
  y: [3, 5, 7]
ask: {w_3: 2, mse_after: 1}
vary:
  w: {from: 0.1, to: 0.9, step: 0.1}
  x: {integers: [1, 9], size: 3, distinct: true}
require: ["abs(w_3) < 10"]
"""
POOL = "{family: pool2d, given: {X: [[1, 2, 3], [4, 5, 6], [7, 8, 9]], size: 2, mode: max}, vary: %s}"


def problem_of(text: str = LINE, **changes: Any) -> Problem:
    node = read_yaml(text)
    assert isinstance(node, Entries)
    for key, value in changes.items():
        node.put(key, from_python(value), None)
    return read_problem(node, "line", "line.yaml")


def chain(step: str, values: str, vary: str) -> Problem:
    """A formula of an author's own, `c`, in values that vary."""
    return problem_of(f"{{family: formula, given: {{values: {values}, steps: {{c: {step}}}}}, vary: {vary}}}")


def drawn(vary: Any, draws: int = 50, **changes: Any) -> list[dict[str, Any]]:
    """The values drawn for so many students."""
    problem = problem_of(vary=vary, **changes)
    return [dict(variants.draw(problem, 1, str(k)).drawn) for k in range(draws)]


def numbers(node: Any) -> list[Fraction]:
    return [Fraction(entry) for entry in (node if isinstance(node, list) else [node])]


def in_order(found: dict[str, Any]) -> bool:
    return numbers(found["x"]) == sorted(numbers(found["x"]))


def entries_of(problem: Problem, name: str) -> list[Fraction]:
    return list(problem.given[name].entries)


SEEDS = st.one_of(st.integers(), st.text(min_size=1).filter(str.strip))
CONTRACT = problem_of()
PINNED = {"w": "0.4", "x": ["8", "3", "5"]}


@given(SEEDS, st.text(min_size=1))
@settings(max_examples=50, deadline=None)
def test_a_draw_is_within_its_bounds_and_the_same_again(seed: str | int, student: str) -> None:
    """Whoever draws it, and after whatever else: a problem read anew gives the same."""
    one, again = variants.draw(CONTRACT, seed, student), variants.draw(problem_of(), str(seed), student)
    assert one.drawn == again.drawn
    assert one.given == again.given
    assert one.given["w"].entries[0] in {Fraction(k, 10) for k in range(1, 10)}
    entries = one.given["x"].entries
    assert len(set(entries)) == len(entries) == 3
    assert all(1 <= entry <= 9 and entry.denominator == 1 for entry in entries)
    assert one.given["y"] == CONTRACT.given["y"]
    assert abs(one.solution["w_3"].value) < 10


def test_draws_hang_on_seed_student_and_problem_and_on_nothing_else() -> None:
    """Another seed, student or problem gives other numbers; another order of keys, or another given, the same."""
    base = variants.draw(CONTRACT, 42, "s001").drawn
    others = [
        variants.draw(CONTRACT, 43, "s001"),
        variants.draw(CONTRACT, 42, "s002"),
        variants.draw(read_problem(read_yaml(LINE), "other"), 42, "s001"),
    ]
    assert all(other.drawn != base for other in others)
    turned = {"x": {"integers": [1, 9], "size": 3, "distinct": "true"}, "w": {"from": 0.1, "to": 0.9, "step": 0.1}}
    assert variants.draw(problem_of(vary=turned), 42, "s001").drawn == base
    del turned["w"]
    assert variants.draw(problem_of(vary=turned), 42, "s001").drawn["x"] == base["x"]


def test_a_draw_is_pinned() -> None:
    """What is drawn stays what it is from one version to the next: marks hang on it."""
    assert variants.draw(CONTRACT, 42, "s001").drawn == PINNED


def test_composed_and_decomposed_names_are_one_student() -> None:
    assert variants.draw(CONTRACT, 1, "Zoë").drawn == variants.draw(CONTRACT, 1, "Zoe\u0308").drawn


def test_draws_do_not_hang_on_the_hash_seed() -> None:
    code = (
        "from grader import variants\nfrom grader.document import read_yaml\nfrom grader.problem import read_problem\n"
        f"p = read_problem(read_yaml({LINE!r}), 'line')\n"
        "print([variants.draw(p, 42, s).drawn for s in ('s001', 's002', 'é')])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, check=True,
        ).stdout
        for seed in ("1", "4242")
    }  # fmt: skip
    assert said == {(repr([variants.draw(CONTRACT, 42, s).drawn for s in ("s001", "s002", "é")]) + "\n").encode()}


@pytest.mark.parametrize("count", [2, 6, 10, 97])
def test_numbers_of_a_stream_are_as_likely_as_each_other(count: int) -> None:
    """Pearson's test on 5,000 numbers of a fixed stream: SciPy sees nothing odd."""
    found = Counter(Stream("1", "uniform").places(5000, count))
    assert chisquare([found[k] for k in range(count)]).pvalue > 0.01


def test_orders_of_distinct_numbers_are_as_likely_as_each_other() -> None:
    """Every arrangement of three of five numbers comes up as often."""
    stream = Stream("1", "orders")
    found = Counter(tuple(stream.distinct(3, 5)) for _ in range(6000))
    assert set(found) == set(itertools.permutations(range(5), 3))
    assert chisquare(list(found.values())).pvalue > 0.01


def test_draws_of_a_class_are_as_likely_as_each_other() -> None:
    found = Counter(str(variants.draw(CONTRACT, 7, str(k)).drawn["w"]) for k in range(900))
    assert len(found) == 9
    assert chisquare(list(found.values())).pvalue > 0.01


@given(st.lists(st.text(), max_size=4), st.integers(1, 10**30))
def test_a_stream_stays_below(texts: list[str], count: int) -> None:
    assert all(0 <= k < count for k in Stream(*texts).places(5, count))


@given(st.integers(0, 20), st.integers(0, 10**6))
def test_distinct_numbers_are_distinct(many: int, more: int) -> None:
    found = Stream("x").distinct(many, many + more)
    assert len(set(found)) == many
    assert all(0 <= k < many + more for k in found)


def test_a_stream_tells_its_texts_apart() -> None:
    """ "a", "bc" is not "ab", "c"."""
    assert Stream("a", "bc").places(20, 256) != Stream("ab", "c").places(20, 256)


@given(
    st.fractions(), st.fractions(min_value=Fraction(1, 1000), max_value=50), st.sets(st.integers(0, 29), max_size=29)
)
def test_a_range_leaves_out_what_it_should(first: Fraction, step: Fraction, without: set[int]) -> None:
    """The values are those at equal distances without the ones left out, and their texts are exact."""
    found = Range(first, step, 30, tuple(sorted(without)))
    kept = [first + k * step for k in range(30) if k not in without]
    assert [Fraction(found[k]) for k in range(len(found))] == kept


@pytest.mark.parametrize(
    ("way", "space", "check"),
    [
        ({"w": {"from": "0.1", "to": "0.9", "step": "0.1"}}, 9, lambda d: numbers(d["w"])[0] * 10 in range(1, 10)),
        ({"w": {"from": "-1", "to": "1", "step": "1/2", "not": ["0"]}}, 4, lambda d: numbers(d["w"])[0] != 0),
        ({"w": {"integers": [-2, 2], "not": 0}}, 4, lambda d: numbers(d["w"])[0] in {-2, -1, 1, 2}),
        ({"w": {"choose": ["0.25", "1/3"]}}, 2, lambda d: d["w"] in {"0.25", "1/3"}),
        ({"x": {"integers": [1, 3]}}, 27, lambda d: len(d["x"]) == 3),
        ({"x": {"integers": [1, 3], "distinct": True}}, 6, lambda d: sorted(d["x"]) == ["1", "2", "3"]),
        ({"x": {"integers": [1, 4], "sorted": True}}, 20, in_order),
        (
            {"x": {"integers": [1, 12], "sorted": True, "distinct": True}},
            220,
            lambda d: numbers(d["x"]) == sorted(set(numbers(d["x"]))),
        ),
        ({"x": {"choose": [[1, 2, 3], [2, 4, 6]]}}, 2, lambda d: d["x"] in (["1", "2", "3"], ["2", "4", "6"])),
        (
            {"x": {"choose": [10, 9], "size": 3, "sorted": True}},
            4,
            lambda d: numbers(d["x"]) == sorted(numbers(d["x"])),
        ),
        ({"x.2": {"integers": [5, 6]}}, 2, lambda d: d["x.2"] in {"5", "6"}),
        ({"w": {"integers": [0, 1]}, "b": {"integers": [0, 2]}}, 6, lambda d: set(d) == {"w", "b"}),
    ],
)
def test_ways_to_draw(way: Any, space: int, check: Any) -> None:
    """What is drawn is as the way says, as many different draws turn up as there are, and `space` counts them."""
    assert variants.space(problem_of(vary=way)) == space
    found = drawn(way, 60 if space < 10 else 20)
    assert all(map(check, found))
    assert space >= 10 or len({repr(each) for each in found}) == space


def test_what_is_drawn_stands_where_its_path_says() -> None:
    """One entry of a list is drawn and the others stay."""
    problem = problem_of(vary={"x.2": {"integers": [5, 6]}})
    entries = variants.draw(problem, 1, "s").given["x"].entries
    assert (entries[0], entries[2]) == (1, 3)
    assert entries[1] in {5, 6}
    assert problem.given["x"].entries == (1, 2, 3)


def test_tensors_words_and_nested_givens_vary() -> None:
    """A map of whole numbers, a word of several, and a number within a mapping."""
    found = variants.draw(
        problem_of(POOL % "{X: {integers: [0, 19], size: [4, 5]}, mode: {choose: [max, avg]}}"), 3, "s"
    )
    assert found.given["X"].shape == (4, 5)
    assert found.given["mode"] in {"max", "avg"}
    chain = (
        "{family: formula, given: {values: {a: 1, b: [1, 2]}, steps: {c: a*b}}, vary: {values.b: {integers: [3, 9]}}}"
    )
    found = variants.draw(problem_of(chain), 3, "s")
    assert dict(found.given["values"])["b"].shape == (2,)
    assert min(dict(found.given["values"])["b"].entries) >= 3
    assert found.solution["c"].value == pytest.approx(
        [float(entry) for entry in dict(found.given["values"])["b"].entries]
    )


def test_a_problem_that_does_not_vary_is_itself() -> None:
    problem = read_problem(read_yaml(LINE.partition("vary:")[0]), "line")
    assert variants.draw(problem, 1, "s") is variants.of(problem, 1, "s") is problem
    assert variants.space(problem) == 1


def test_what_a_student_was_given() -> None:
    """With a seed the draw, without one the spec's own givens, unless the course has a seed."""
    problem = problem_of()
    assert variants.of(problem, "", "s001") is problem
    assert variants.of(problem, 42, "s001").drawn == PINNED
    from grader.course import Course

    seeded = read_problem(read_yaml(LINE), "line", course=Course(seed="42"))
    assert variants.of(seeded, "", "s001").drawn == variants.draw(seeded, "", "s001").drawn == PINNED
    assert variants.of(seeded, "43", "s001").drawn != PINNED


def test_a_variant_is_marked_by_its_own_key() -> None:
    """The key of a student's draw is right for that student and wrong by the spec's own givens."""
    problem = problem_of()
    variant = variants.of(problem, 42, "s001")
    sheet = Sheet("s001", {"w_3": Text(repr(variant.solution["w_3"].value))})
    assert mark(variant, [sheet])[0]["w_3"].verdict == "correct"
    assert mark(problem, [sheet])[0]["w_3"].verdict != "correct"


def test_a_seed_fits_a_problem_that_varies() -> None:
    answers = from_python({"line": {"w_3": 1}})
    assert isinstance(answers, Entries)
    handed_in = intake.Submission("s001", answers, Place("a.yaml"), seed="42")
    assert list(intake.misfits(handed_in, {"line": problem_of()})) == []


@pytest.mark.parametrize(
    ("requirement", "true"),
    [
        ("abs(w_3) < 10", True),
        ("w_1 != w_2", True),
        ("w_1 == w_1", True),
        ("w_1 = w_2", False),
        ("0 < w < 1", True),
        ("0 < w < 1/2", False),
        ("x_1 + x_2 >= 3", True),
        ("x[1] + x[2] > 3", False),
        ("x > 0", True),
        ("x > 1", False),
        ("x != 2", False),
        ("integer(x)", True),
        ("integer(w_1)", False),
        ("decimals(w) <= 1", True),
        ("decimals(w_1) = 3", True),
        ("decimals(w_1/3) < 100", False),
        ("decimals(w_1) <= 4 and integer(sum(x)), w > 0", True),
        ("w > 0 and w > 1", False),
        ("max(x[1], x[2]) <= 2", True),
        ("1/(x_1 - 1) > 0", False),
        ("w_1*1000 - 524 = 0", True),
        ("(w + b) * 10 = 6 ∧ w ≥ 0.5", True),
    ],
)
def test_requirements(requirement: str, true: bool) -> None:
    """Conditions are judged exactly, of tensors for every entry; what has no value does not hold."""
    assert holds(requirement, problem_of().solution) is true


@pytest.mark.parametrize(
    ("vary", "require", "check"),
    [
        ({"w": {"integers": [-5, 5]}}, ["w != 0", "abs(w) <= 2"], lambda p: abs(entries_of(p, "w")[0]) in {1, 2}),
        ({"x": {"integers": [1, 9]}}, ["x_1 < x_2 < x_3"], lambda p: len({*entries_of(p, "x")}) == 3),
        ({"w": {"from": 0, "to": 1, "step": "1/12"}}, "decimals(w) <= 2", lambda p: entries_of(p, "w")[0] * 4 % 1 == 0),
    ],
)  # fmt: skip
def test_draws_meet_what_is_required(vary: Any, require: Any, check: Any) -> None:
    problem = problem_of(vary=vary, require=require)
    assert all(check(variants.draw(problem, 5, str(k))) for k in range(25))


def test_what_the_family_refuses_and_what_has_no_value_is_drawn_again() -> None:
    """Logarithms and quotients without a value never reach a student."""
    problem = chain("log(a)", "{a: 1}", "{values.a: {integers: [-3, 3]}}")
    assert {str(variants.draw(problem, 1, str(k)).drawn["values.a"]) for k in range(40)} == {"1", "2", "3"}


def test_every_student_is_asked_the_same_steps() -> None:
    """A shorter list of samples would ask for fewer updates, and be worth fewer points."""
    lengths = {"x": {"choose": [[1, 2], [1, 2, 3]]}, "y": {"choose": [[3, 5], [3, 5, 7]]}}
    problem = problem_of(vary=lengths, ask={"w_*": 1})
    found = [variants.draw(problem, 1, str(k)) for k in range(20)]
    assert {tuple(part.step for part in each.parts) for each in found} == {("w_1", "w_2", "w_3")}


def test_a_requirement_that_fails_too_often() -> None:
    problem = problem_of(require=["w > 0.05", "w_3 > 100"])
    with pytest.raises(SpecError) as caught:
        variants.draw(problem, 1, "s")
    assert str(caught.value) == (
        "line.yaml:1: require: no draw of 200 is usable: 'w_3 > 100' does not hold 200 times; "
        "vary less, or require less"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"vary": {}}, "vary: expected a mapping of givens to how they are drawn"),
        ({"vary": {"ww": {"integers": [1, 2]}}}, "vary.ww: sgd has no given 'ww'; did you mean 'w'?"),
        ({"vary": {"w": 3}}, "vary.w: expected a mapping that says what to draw, got '3'"),
        ({"vary": {"w": {"integer": [1, 2]}}}, "unknown key 'integer'; did you mean 'integers'?"),
        ({"vary": {"w": {}}}, "vary.w: expected one of from, integers and choose, got none"),
        ({"vary": {"w": {"integers": [1, 2], "choose": [1]}}}, "got integers and choose"),
        ({"vary": {"w": {"integers": [1, 2], "step": 1}}}, "vary.w.step: 'step' goes with from"),
        ({"vary": {"w": {"from": 1, "to": 2}}}, "vary.w: from needs step beside it"),
        ({"vary": {"w": {"from": 0.1, "to": 0.9, "step": 0.3}}}, "steps of 0.3 from 0.1 miss 0.9; end at 0.7, or take"),
        ({"vary": {"w": {"from": 2, "to": 1, "step": 1}}}, "expected a way up, got 2 to 1 by 1"),
        ({"vary": {"w": {"from": 1, "to": 2, "step": 0}}}, "expected a way up"),
        ({"vary": {"w": {"from": "a", "to": 2, "step": 1}}}, "vary.w.from: expected a number, got 'a'"),
        ({"vary": {"w": {"integers": [1, 2.5]}}}, "vary.w.integers: expected the first and the last whole number"),
        ({"vary": {"w": {"integers": 5}}}, "expected the first and the last whole number, got '5'; as in [1, 9]"),
        ({"vary": {"w": {"integers": [1, 2], "not": [1, 2]}}}, "no value is left to draw from"),
        ({"vary": {"w": {"integers": [1, "1e30"]}}}, "expected at most 1,000,000,000,000,000 values"),
        ({"vary": {"w": {"choose": []}}}, "expected a list of values to choose from"),
        ({"vary": {"w": {"choose": ["0.5", "0.50"]}}}, "'0.50' stands twice in choose"),
        ({"vary": {"w": {"choose": [1, 2], "not": 1}}}, "leave the value out of choose"),
        ({"vary": {"w": {"choose": [1, [2]]}}}, "vary.w: what is drawn does not fit: expected a number"),
        ({"vary": {"w": {"choose": ["one"]}}}, "what is drawn does not fit: expected a number, got 'one'"),
        ({"vary": {"w": {"integers": [1, 2], "distinct": True}}}, "distinct is said of several entries"),
        ({"vary": {"w": {"integers": [1, 2], "distinct": "maybe"}}}, "expected true or false, got 'maybe'"),
        ({"vary": {"x": {"integers": [1, 2], "distinct": True}}}, "expected 3 distinct entries, and there are 2"),
        ({"vary": {"x": {"integers": [1, 2], "size": 0}}}, "vary.x.size: expected a whole number of at least 1"),
        ({"vary": {"x": {"integers": [1, 2], "size": [1000, 1000]}}}, "for at most 10,000 entries"),
        ({"vary": {"x": {"integers": [1, 2], "size": [2, 2]}}}, "vary.x: what is drawn does not fit: expected a list"),
        ({"vary": {"x": {"choose": [[1], [2]], "size": 3}}}, "expected single values, of which a tensor is made"),
        ({"vary": {"x.4": {"integers": [1, 2]}}}, "vary.x.4: the spec's givens have no '4' on the path x.4"),
        ({"vary": {"x.2": {"integers": [1, 2]}, "x": {"integers": [1, 2]}}}, "x.2 lies within x, which varies too"),
        ({"require": {"w": 1}}, "require: expected a list of conditions"),
        ({"require": ["w_9 < 1"]}, "require.1: no given and no step is called 'w_9'; did you mean 'w_3'?"),
        ({"require": ["w < 1", "x_4 < 1"]}, "require.2: no given and no step is called 'x_4'"),
        ({"require": ["abs(w_3)"]}, "require.1: 'abs(w_3)' says nothing that holds or does not"),
        ({"require": ["w < 1 or w > 2"]}, "require.1: 'or' is not read here: all conditions must hold"),
        ({"require": ["w < 1 and"]}, "require.1: expected a condition, got nothing"),
        ({"require": ["abs(w < 1"]}, "require.1: expected ')'"),
        ({"require": ["decimals(w < 1"]}, "require.1: expected ')'"),
        ({"require": ["decimals(w)"]}, "says nothing that holds"),
        ({"require": ["__import__('os') < 1"]}, "require.1: "),
        ({"require": ["absolut(w) < 1"]}, "unknown function 'absolut'"),
        ({"require": [""]}, "require.1: expected a condition, got nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_told(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as caught:
        problem_of(**changes)
    assert said in str(caught.value)
    assert str(caught.value).startswith("line.yaml")


def test_errors_have_their_lines() -> None:
    for text, said in [
        (LINE.replace("step: 0.1", "step: 0.3"), "line.yaml:10: vary.w: steps of 0.3"),
        (LINE.replace("integers: [1, 9]", "integers: [1, 2]"), "line.yaml:11: vary.x: expected 3 distinct"),
        (LINE.replace("abs(w_3)", "abs(w_4)"), "line.yaml:12: require.1: no given and no step"),
    ]:
        with pytest.raises(SpecError) as caught:
            problem_of(text)
        assert str(caught.value).startswith(said)
