r"""Feeds the parser with texts that reach new arcs of its code, for so many seconds, and reports what broke.

    python tools/fuzz_parser.py 60              # our own mutations, arcs by sys.settrace
    python tools/fuzz_parser.py 60 --atheris    # libFuzzer's, where `atheris` is installed; it is no dependency

Reading must end in a tree that can be printed, or in an `UnreadableError` whose column lies in the text; it must leave
the scope as it was, so that the same text reads the same again.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import random
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from grader.errors import UnreadableError, pointed
from grader.expression import Expression, Name, plain_of
from grader.expression.functions import FUNCTIONS
from grader.expression.parse import parse as parse_spec
from grader.expression.parser import parse
from grader.expression.scope import Scope
from grader.expression.signs import CHARACTERS, COMMANDS, GREEK, LOWERED, RAISED, SPELLED

FOLDER = str(Path(sys.modules[Scope.__module__].__file__ or "").parent)
LONGEST = 400  # characters of a text that is mutated
SEEDS = [
    r"\frac{1}{n} \sum_{i=1}^{n} (y_i - \hat{y}_i)^2",
    r"(X^T X + n λ I)^{-1} X^T y",
    "np.linalg.inv(X.T @ X) @ X.T @ y",
    r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
    r"\begin{bmatrix} 1 & 2 \\ 3 & x \end{bmatrix}",
    "2xsin(x)^2 + |x - 1|",
    "e^{-z}/(1+e^{-z})",
    r"\sqrt[3]{x} \cdot 1.5×10^{-3}",
    "||w||_2^2 + λ‖w‖_1",
    "x₁² + ½x⁻¹",
    r"\frac{\partial L}{\partial w}",
    "dL/dx + d/dx x^2",
    r"\max_k z_k - \log\sum_k e^{z_k}",
    "max(0, x) + 50%",
    "[[1,2],[3,4]]",
    "softmax(z)_i (δ_{ij} - softmax(z)_j)",
    r"\nabla_w \|Xw-y\|^2",
    "x if x > 0 else 0",
    "np.sum((y-yhat)**2, axis=0)/n",
    r"\left\lVert w \right\rVert",
    "1_{x>0}",
    r"\mathbb{1}[x>0]",
    "1 000,5 + 1,000.5",
    "log_2(x) + C(5,2) + n!",
    "Σ(y_i-ŷ_i)²",
]
PIECES = [
    *CHARACTERS,
    *GREEK,
    *RAISED,
    *LOWERED,
    *SPELLED,
    *("\\" + name for name in COMMANDS),
    *FUNCTIONS,
    *"()[]{}|^_+-*/=<>,;.!%'& \n",
    "x",
    "X",
    "w",
    "y",
    "n",
    "i",
    "j",
    "k",
    "1",
    "2",
    "0",
    "12",
    "1.5",
    "1e3",
    "T",
    "^T",
    "^{-1}",
    "_{i}",
    "_i",
    "np.",
    ".T",
    "@",
    "d",
    r"\begin{bmatrix}",
    r"\end{bmatrix}",
    r"\begin{cases}",
    r"\end{cases}",
    r"\text{if}",
    r"\left",
    r"\right",
    r"\sum_{k=1}^{n}",
    "\\\\",
    "\u0302",
    "\ud800",
    "\x00",
    "\u202e",
    "½",
    "𝑥",
    "①",
    "else",
    "otherwise",
]
NAMES = {
    "X": Name("X", (3, 2)),
    "M": Name("M", (2, 2)),
    "y": Name("y", (3,)),
    "z": Name("z", (3,)),
    "w": Name("w", (2,)),
    "yhat": Name("yhat", (3,)),
    "lam": Name("lam"),
    "lr": Name("lr"),
    "b": Name("b"),
    "x": Name("x"),
}


def free() -> Scope:
    return Scope({}, free=True, lengths={"n": 3})


def declared() -> Scope:
    slope = {"lr": NAMES["x"] ** 2 * NAMES["b"]}
    return Scope(NAMES, lengths={"n": 3, "d": 2}, letters={"i": 0, "j": 1, "k": 2}, definitions=slope)


def comma(text: str, scope: Scope) -> Expression:
    return parse(text, scope, "comma", tight=True)


def spec(text: str, scope: Scope) -> Expression:
    return parse_spec(text, NAMES)


WAYS: list[tuple[str, Callable[[], Scope], Callable[[str, Scope], Expression]]] = [
    ("free", free, parse),
    ("declared", declared, parse),
    ("comma", declared, comma),
    ("spec", declared, spec),
]
"""Ways to read a text."""


class Fuzzer:
    """Texts that reached something new, and what was found."""

    def __init__(self, seconds: float, seed: int) -> None:
        self.random = random.Random(seed)
        self.corpus = list(SEEDS)
        self.arcs: set[tuple[CodeType, int, int]] = set()
        self.findings: dict[str, str] = {}
        self.slowest: list[tuple[float, str, str]] = []
        self.executions = 0
        self.until = time.monotonic() + seconds

    def read(self, text: str, trace: Any = None) -> None:
        """Read a text in one of the ways, twice, the first time traced, and note what should not happen."""
        self.executions += 1
        way, scope_of, read = WAYS[self.executions % len(WAYS)]
        scope = scope_of()
        try:
            sys.settrace(trace)
            first = self.outcome(lambda: read(text, scope), text)
            sys.settrace(None)
            start = time.perf_counter()
            again = self.outcome(lambda: read(text, scope), text)
            elapsed = time.perf_counter() - start
        except Exception as error:  # noqa: BLE001 - finding these is what this is for
            place = traceback.extract_tb(error.__traceback__)[-1]
            self.findings.setdefault(f"{type(error).__name__} in {place.name}, {way}", text)
            return
        finally:
            sys.settrace(None)
        if first != again:
            self.findings.setdefault(f"reads otherwise the second time, {way}", text)
        self.slowest = sorted([*self.slowest, (elapsed, way, text)], reverse=True)[:5]

    @staticmethod
    def outcome(read: Callable[[], Expression], text: str) -> str:
        """The tree as text, or the error with its caret."""
        try:
            tree = read()
        except UnreadableError as error:
            if error.column is None or not 1 <= error.column <= len(text) + 1:
                raise IndexError(f"column {error.column}: {error}") from error
            return pointed(error)
        plain_of(tree)
        return repr(tree)

    def traced(self, text: str) -> bool:
        """Read a text; whether it reached an arc that none reached before."""
        before = len(self.arcs)

        def enter(frame: FrameType, event: str, arg: object) -> Any:
            code, last = frame.f_code, frame.f_lineno
            if not code.co_filename.startswith(FOLDER):
                return None

            def step(frame: FrameType, event: str, arg: object) -> Any:
                nonlocal last
                self.arcs.add((code, last, frame.f_lineno))
                last = frame.f_lineno
                return step

            return step

        self.read(text, enter)
        return len(self.arcs) > before

    def mutated(self) -> str:
        """A text of the corpus with a few changes."""
        text = self.random.choice(self.corpus)
        for _ in range(self.random.choice((1, 1, 2, 3, 5))):
            a, b = sorted(self.random.randrange(len(text) + 1) for _ in range(2))
            other = self.random.choice(self.corpus)
            text = self.random.choice(
                (
                    text[:a] + self.random.choice(PIECES) + text[a:],
                    text[:a] + self.random.choice(PIECES) + text[a + 1 :],
                    text[:a] + text[b:],
                    text[:b] + text[a:],
                    text[:a] + other + text[a:],
                    text[:a] + other[self.random.randrange(len(other) + 1) :],
                    text[:a] + "(" + text[a:b] + ")" + text[b:],
                    text[:a] + "{" + text[a:b] + "}" + text[b:],
                    text[:a] + text[a:b] * self.random.choice((2, 3, 50)) + text[b:],
                )
            )[:LONGEST]
        return text

    def run(self) -> None:
        """Our own loop: keep what reaches new arcs."""
        for text in SEEDS:
            self.traced(text)
        while time.monotonic() < self.until:
            text = self.mutated()
            if self.traced(text):
                self.corpus.append(text)

    def run_atheris(self) -> None:
        """The loop of libFuzzer, which never comes back: the report is made when time is up."""
        atheris = importlib.import_module("atheris")
        for name in [name for name in sys.modules if name.startswith("grader.expression")]:
            with contextlib.suppress(AttributeError):
                for value in vars(sys.modules[name]).values():
                    if hasattr(value, "__code__") and getattr(value, "__module__", "") == name:
                        atheris.instrument_func(value)

        def one(data: bytes) -> None:
            self.read(data.decode("utf-8", "surrogateescape")[:LONGEST])
            if time.monotonic() > self.until:
                self.report()
                sys.stdout.flush()
                os._exit(bool(self.findings))

        folder = Path(tempfile.mkdtemp())
        for number, text in enumerate(SEEDS):
            (folder / str(number)).write_text(text)
        atheris.Setup([sys.argv[0], "-max_len=600", "-timeout=5", str(folder)], one)
        atheris.Fuzz()

    def report(self) -> None:
        """What was tried and what was found."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{self.executions} texts, {len(self.corpus)} kept, {len(self.arcs)} arcs, {memory} MB")
        for elapsed, way, text in self.slowest:
            print(f"  {1e3 * elapsed:7.1f} ms ({way}) {text!r}")
        for what, text in self.findings.items():
            print(f"  FOUND {what}: {text!r}")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("seconds", type=float)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--atheris", action="store_true", help="libFuzzer's loop, if atheris is installed")
    given = arguments.parse_args()
    fuzzer = Fuzzer(given.seconds, given.seed)
    if given.atheris:
        fuzzer.run_atheris()
    fuzzer.run()
    fuzzer.report()
    return bool(fuzzer.findings)


if __name__ == "__main__":
    sys.exit(main())
