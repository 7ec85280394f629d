"""Comparing formulas beside the peers: Math-Verify, and SymPy's `simplify(a - b) == 0`, on the same pairs in one run.

    .venv/bin/python benchmarks/compare.py --peer-python PATH

Math-Verify is looked for in the Python at PATH (or in the variable PEER_PYTHON, or in this one) and left out where it
is missing. The pairs are the corpus's scalar identities and near misses in plain LaTeX that name nothing but what all
three read; pairs whose truth hangs on names being real are left out, since Math-Verify's are complex. Every tool goes
through all pairs once, in a process of its own, after a warm-up on other pairs. Ours is timed over both parses and the
verdict, and so is Math-Verify; SymPy is handed ready objects with real symbols, and no time is counted for reading. A
pair that is not done in ten seconds counts with ten seconds and no verdict.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMIT = 10  # seconds a pair
ROOT = Path(__file__).parent.parent
Judge = Callable[[str, str], str]


class OutOfTimeError(BaseException):
    """Raised by the alarm; no `except Exception` of a peer may swallow it."""


# The pairs.


def pairs() -> list[dict[str, str]]:
    """`one`, `other` in LaTeX and in SymPy's notation, and what is true."""
    import random

    from tests.corpus.dialects import LATEX, write
    from tests.corpus.edits import single_edits
    from tests.corpus.formulas import judged
    from tests.corpus.identities import identities

    draw = random.Random("benchmark")
    found = {}
    for each in identities():
        edited = [formula for _, formula in single_edits(each.other, draw, 1)]
        for other, truth in [(each.other, "same"), *((formula, "different") for formula in edited)]:
            readable = each.symbols is None and not unread(each.one, other)
            if readable and judged(each.one, other, {}) == truth and complex_too(each.one, other, truth):
                one_text, other_text = (f"${write(side, LATEX)}$" for side in (each.one, other))
                sides = {"one": one_text, "other": other_text, "a": python(each.one), "b": python(other)}
                found[one_text, other_text] = {**sides, "truth": truth}
    return list(found.values())


UNREAD = {"sigmoid", "relu", "sign", "floor", "ceil", "max", "min", "choose", "factorial", "log2", "log10", "root"}


def unread(*formulas: Any) -> bool:
    """Whether something in them is not in every tool's LaTeX."""
    return any(part.head in UNREAD for formula in formulas for part in formula)


def complex_too(one: Any, other: Any, truth: str) -> bool:
    """Whether the pair is what it is for complex names as well."""
    import random

    import mpmath

    from tests.corpus.formulas import SCALAR, Undefined, names_in, value

    same_name = {head: getattr(mpmath, head) for head in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh")}
    table = {**SCALAR, **same_name, "^": mpmath.power, "/": lambda a, b: a / b, "tanh": mpmath.tanh}
    table |= {"arctan": mpmath.atan, "arcsin": mpmath.asin, "arccos": mpmath.acos}
    draw = random.Random("complex")
    wanted = dict.fromkeys(names_in(one) + names_in(other))
    equal = []
    for _ in range(8):
        point = {each: mpmath.mpc(draw.uniform(-9, 9), draw.uniform(-9, 9)) for each in wanted}
        try:
            a, b = value(one, point, table), value(other, point, table)
        except (Undefined, ZeroDivisionError):
            continue
        equal.append(abs(a - b) < 1e-12 * (1 + abs(a) + abs(b)))
    return all(equal) if truth == "same" else not all(equal)


def python(formula: Any) -> str:
    """The formula as SymPy's own Python."""
    if formula.number is not None:
        return f"Rational({formula.number.numerator}, {formula.number.denominator})"
    if not formula.parts:
        return {"e": "E", "pi": "pi"}.get(formula.head, f"Symbol({formula.head!r}, real=True)")
    parts = [python(part) for part in formula.parts]
    if formula.head == "neg":
        return f"(-{parts[0]})"
    if formula.head in {"+", "-", "*", "/", "^"}:
        return f"({parts[0]} {'**' if formula.head == '^' else formula.head} {parts[1]})"
    known = {"arctan": "atan", "arcsin": "asin", "arccos": "acos", "abs": "Abs"}
    return f"{known.get(formula.head, formula.head)}({', '.join(parts)})"


# The tools, each a function of its two texts.


def ours() -> Judge:
    import grader

    def judge(one: str, other: str) -> str:
        verdict = grader.compare(one, other).verdict
        return str(verdict) if verdict in {"same", "different"} else ""

    return judge


def math_verify() -> Judge:
    from math_verify import parse, verify

    def judge(one: str, other: str) -> str:
        gold, target = (parse(text, parsing_timeout=None) for text in (one, other))
        if any(all(isinstance(each, str) for each in found) for found in (gold, target)):
            return ""
        return "same" if verify(gold, target, timeout_seconds=None) else "different"

    return judge


def sympy_simplify() -> Judge:
    import sympy

    objects = {name: getattr(sympy, name) for name in dir(sympy)}
    cache: dict[str, Any] = {}

    def made(text: str) -> Any:
        if text not in cache:
            cache[text] = sympy.sympify(text, locals=objects)
        return cache[text]

    def judge(one: str, other: str) -> str:
        return "same" if sympy.simplify(made(one) - made(other)) == 0 else "different"

    judge.prepare = made  # type: ignore[attr-defined]
    return judge


@dataclass(frozen=True)
class Tool:
    """A tool and which of a pair's two notations it is given."""

    title: str
    judge: Callable[[], Judge]
    sides: tuple[str, str]


TOOLS = {
    "grader": Tool("grader, texts to verdict", ours, ("one", "other")),
    "math-verify": Tool("Math-Verify, texts to verdict", math_verify, ("one", "other")),
    "sympy": Tool("SymPy simplify(a - b) == 0", sympy_simplify, ("a", "b")),
}


# One process a tool.


def work(tool: Tool) -> None:
    """Read the pairs, judge them, and print seconds and verdict of each."""
    job = json.load(sys.stdin)
    judge = tool.judge()
    prepare = getattr(judge, "prepare", None)
    signal.signal(signal.SIGALRM, ring)
    for pair in job["warm_up"]:
        timed(judge, *(pair[side] for side in tool.sides))
    results = []
    for pair in job["pairs"]:
        texts = [pair[side] for side in tool.sides]
        if prepare:
            for text in texts:
                prepare(text)
        results.append(timed(judge, *texts))
    print("RESULTS" + json.dumps(results))


def ring(*_: Any) -> None:
    raise OutOfTimeError


def timed(judge: Judge, one: str, other: str) -> tuple[float, str]:
    """Seconds and verdict; `` where there is none, `limit` where time ran out."""
    signal.alarm(LIMIT)
    started = time.perf_counter()
    try:
        verdict = judge(one, other)
    except OutOfTimeError:
        return float(LIMIT), "limit"
    finally:
        signal.alarm(0)
    return time.perf_counter() - started, verdict


def results(name: str, interpreter: str, job: str) -> list[tuple[float, str]]:
    """What a tool's process says of all pairs."""
    command = [interpreter, str(Path(__file__).resolve()), "--worker", name]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    if name == "math-verify":
        del environment["PYTHONPATH"]
    done = subprocess.run(command, input=job, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-2000:]}")
    return [tuple(each) for each in json.loads(done.stdout.rpartition("RESULTS")[2])]


def has_math_verify(interpreter: str) -> bool:
    return subprocess.run([interpreter, "-c", "import math_verify"], capture_output=True, check=False).returncode == 0


# The table.


def row(title: str, found: list[tuple[float, str]], truths: list[str]) -> str:
    times = [seconds for seconds, _ in found]
    judged = list(zip([verdict for _, verdict in found], truths, strict=True))
    counts = (
        sum(verdict == "same" and truth == "different" for verdict, truth in judged),
        sum(verdict == "different" and truth == "same" for verdict, truth in judged),
        sum(verdict in {"", "limit"} for verdict, _ in judged),
        sum(verdict == "limit" for verdict, _ in judged),
    )
    cells = "".join(f"{count:>12}" for count in counts)
    return f"{title:32}{1e3 * statistics.median(times):>12.3f}{sum(times):>10.3f}{cells}"


def main(peer: str) -> None:
    every = pairs()
    warm_up, timed_pairs = every[-12:], every[:-12]
    truths = [pair["truth"] for pair in timed_pairs]
    job = json.dumps({"warm_up": warm_up, "pairs": timed_pairs})
    interpreters = {"grader": sys.executable, "math-verify": peer, "sympy": sys.executable}
    if not has_math_verify(peer):
        print(f"Math-Verify is not installed for {peer}; name a Python that has it with --peer-python")
        del interpreters["math-verify"]
    print(f"{len(timed_pairs)} pairs, {truths.count('same')} of them the same")
    heads = ("false same", "false diff.", "no verdict", "over 10 s")
    print(f"{'':32}{'median ms':>12}{'total s':>10}{''.join(f'{head:>12}' for head in heads)}")
    found = {name: results(name, interpreter, job) for name, interpreter in interpreters.items()}
    for name, tool in TOOLS.items():
        if name in found:
            print(row(tool.title, found[name], truths))
    for name in [name for name in found if name != "grader"]:
        mine, theirs = ([seconds for seconds, _ in found[each]] for each in ("grader", name))
        medians, totals = statistics.median(theirs) / statistics.median(mine), sum(theirs) / sum(mine)
        print(f"{TOOLS[name].title} over ours: {medians:.0f} times by medians, {totals:.0f} times in total")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--peer-python", default=os.environ.get("PEER_PYTHON", sys.executable))
    arguments.add_argument("--worker", choices=list(TOOLS), help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.worker:
        work(TOOLS[chosen.worker])
    else:
        main(chosen.peer_python)
