"""How long one command takes in a new process, with nothing cached: a class, a class of formulas, two short commands.

    python benchmarks/cold.py [--expressions] [--runs 5] [--costs] [--keep FOLDER]

The class is 30 students with 8 problems of `problems/`: numbers, a network of maps, a formula, a derivation. Each
student works the page from top to bottom and goes on with what is on the paper, rounded; now and then a step goes wrong
or is left out. With `--expressions` it is 10,000 students with one formula, in 500 spellings. Modules are compiled
before, as an installation does it, and kept outside the checkout.
"""

from __future__ import annotations

import argparse
import json
import os
import pstats
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parent.parent
STUDENTS, FORMULAS, SPELLINGS = 30, 10_000, 500
NUMERIC = ("sgd-line", "momentum-line", "adagrad-weight", "ridge-numbers", "sigmoid-neuron", "cnn-two-kernels")
SLIP, BLANK = 0.06, 0.03  # of a student's steps
START = ("-c", "import sys; from grader.cli import main; main(sys.argv[1:], 'grader')")
Answers = dict[str, Any]

# What students hand in.

STATED: dict[str, list[str]] = {
    "same_in_z": [
        r"\frac{e^{z_i} S - e^{z_i} e^{z_i}}{S^2}", r"e^{z_i}(S - e^{z_i}) / S^2",
        r"\frac{e^{z_i} \sum_k e^{z_k} - e^{2 z_i}}{(\sum_k e^{z_k})^2}", r"\frac{e^{z_i}}{S} (1 - \frac{e^{z_i}}{S})",
        r"\frac{e^{z_i} (1 - e^{z_i})}{(\sum_k e^{z_k})^2}", r"\frac{e^{z_i} S - e^{z_i}}{S^2}", "e^(z_i) / S",
    ],
    "same": [r"\hat{y}_i (1 - \hat{y}_i)", "p_i (1 - p_i)", "p_i - p_i^2", "p_i (p_i - 1)", "p_i (1 - p_j)"],
    "different_in_z": [
        r"\frac{0 - e^{z_i} e^{z_j}}{S^2}", "-e^(z_i + z_j)/S^2", r"-\frac{e^{z_i} e^{z_j}}{(\sum_k e^{z_k})^2}",
        r"\frac{e^{z_i} e^{z_j}}{S^2}", r"-\frac{e^{z_i} e^{z_j}}{S}",
    ],
    "different": ["-p_i p_j", r"-\hat{y}_i \cdot \hat{y}_j", "p_i p_j", "-p_j^2", "-p_i (1 - p_j)", "-p_i p_j)"],
}  # fmt: skip
"""What is written for each step of `softmax-derivative`, right and wrong."""

LINES: list[list[str]] = [
    [
        r"\nabla_w L = \frac{2}{n} X^T (Xw - y) + 2 \lambda w", r"\frac{2}{n} X^T X w - \frac{2}{n} X^T y + 2\lambda w",
        r"\nabla_w L = \frac{1}{n} X^T (Xw - y) + 2 \lambda w", r"\nabla_w L = \frac{2}{n} X^T (Xw - y) + \lambda w",
    ],
    [r"\frac{2}{n} X^T (Xw - y) + 2 \lambda w = 0", r"\frac{1}{n} X^T (Xw - y) + \lambda w = 0", r"X^T (Xw - y) = 0"],
    [r"X^T X w + n \lambda w = X^T y", r"X^T X w + \lambda w = X^T y", r"X^T X w + n \lambda w = -X^T y"],
    [r"(X^T X + n \lambda I) w = X^T y", r"(X^T X + \lambda I) w = X^T y"],
    [
        r"w = (X^T X + n \lambda I)^{-1} X^T y", r"w = (X^T X + \lambda I)^{-1} X^T y",
        r"w = (X^T X + n \lambda I)^{-1} X y", r"w = \frac{1}{\lambda n} X^T (y - Xw)",
    ],
]  # fmt: skip
"""What is written for each line of `ridge-derivation`, the right line first."""


def numbers(problem: Any, draw: random.Random) -> Answers:
    """One student's way through a page of numbers."""
    from grader.expression import numeric

    decimals, arrays, answers = draw.choice([3, 4, 4, 6]), dict(problem.solution.given_arrays), {}
    asked = {part.step for part in problem.parts}
    for name, step in problem.solution.items():
        slips = [slip.expression for slip in step.slips]
        wrong = name in asked and draw.random() < SLIP
        right = numeric(step.expression, arrays).round(decimals)
        other = numeric(draw.choice(slips), arrays).round(decimals) if slips else -right
        value = other if wrong else right
        arrays[name] = value if value.shape == right.shape else right
        if name in asked and draw.random() >= BLANK:
            answers[name] = typed(value[..., 0].tolist())
    return answers


def typed(value: Any) -> Any:
    """A number as a student types it."""
    return [typed(each) for each in value] if isinstance(value, list) else f"{value:.10g}"


def often_right(choices: Sequence[str], draw: random.Random) -> str:
    return choices[0] if draw.random() < 0.6 else draw.choice(choices)


def student(problems: Sequence[Any], draw: random.Random) -> Answers:
    """All that one student hands in."""
    lines = [often_right(choices, draw) for choices in LINES if draw.random() > 0.15]
    return {
        **{problem.id: numbers(problem, draw) for problem in problems},
        "softmax-derivative": {step: often_right(choices, draw) for step, choices in STATED.items()},
        "ridge-derivation": {"lines": lines},
    }


def write_class(folder: Path) -> None:
    """The class's submissions, a file of YAML each."""
    import grader

    problems = [grader.load(next((ROOT / "problems").rglob(f"{id}.yaml"))) for id in NUMERIC]
    for k in range(STUDENTS):
        answers = student(problems, random.Random(f"student {k}"))
        text = [f"student: s{k:03d}", "answers:"]
        for id, steps in answers.items():
            text += [f"  {id}:", *(f"    {step}: {json.dumps(answer)}" for step, answer in steps.items())]
        (folder / f"s{k:03d}.yaml").write_text("\n".join(text) + "\n", encoding="utf-8")


TREES = ["p(1-p)", "p-p^2", "p-pp", "(1-p)p", "-p(p-1)", "-(p^2-p)", "p(1-q)", "p(1+p)", "p^2-p", "-pp", "p", "1-p",
         "p(1-p)^2", "p/2(1-p)", "2p(1-p)", "pq", "-pq", "(1-p)(1-q)", "p^2(1-p)", "p(1-p", "p(1-p)+q-q"]  # fmt: skip
NAMES = [
    ("p_i", "p_j"),
    ("p_{i}", "p_{j}"),
    (r"\hat{y}_i", r"\hat{y}_j"),
    (r"{\hat y}_i", r"{\hat y}_j"),
    ("ŷ_i", "ŷ_j"),
]
RIGHT = re.compile(r"p_i( \\cdot )? ?\(1 ?- ?p_i\)")
SIGNS = [("", ""), (r" \cdot ", " "), (r" \times ", ""), ("*", " ")]


def spellings() -> Iterator[str]:
    """Ways to write the derivative of a softmax and near misses, no two alike; a few cannot be read."""
    for times, space in SIGNS:
        for p, q in NAMES:
            for tree in TREES:
                product = re.sub(r"(?<=[pq2)])(?=[pq(])", "·", tree)
                spaced = re.sub(r"(?<=[pq)\d])([+-])", rf"{space}\1{space}", product)
                yield spaced.translate(str.maketrans({"p": p, "q": q, "·": times or " "}))
    for k in range(SPELLINGS):
        yield f"{k + 2} p_i (1 - p_i) / {k + 2 if k % 2 else k + 3}"


def write_formulas(folder: Path) -> None:
    """A problem with one formula, and 10,000 answers to it: each spelling once, the first ones far more often."""
    spec = "title: Softmax\nfamily: softmax_derivative\ngiven: {}\nask: {same: 1}\n"
    (folder / "problems").mkdir(exist_ok=True)
    (folder / "problems" / "softmax.yaml").write_text(spec, encoding="utf-8")
    texts = list(dict.fromkeys(spellings()))[:SPELLINGS]
    draw = random.Random("formulas")
    draw.shuffle(texts)
    texts.sort(key=lambda text: not RIGHT.fullmatch(text))
    weights = [1 / (1 + k) for k in range(SPELLINGS)]
    chosen = texts + draw.choices(texts, weights, k=FORMULAS - SPELLINGS)
    with (folder / "formulas.jsonl").open("w", encoding="utf-8") as file:
        for k, text in enumerate(chosen):
            file.write(json.dumps({"student": f"s{k:05d}", "answers": {"softmax": {"same": text}}}) + "\n")


# Runs.


@dataclass(frozen=True)
class Run:
    """What one process took: seconds by the clock and of the processor, and memory in MB."""

    wall: float
    busy: float
    memory: float


def command(arguments: Sequence[str], environment: dict[str, str], python: Sequence[str] = START) -> tuple[Run, str]:
    """One command in a new process; what it took, and what it said on the error stream."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(
            [sys.executable, *python, *arguments],
            env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=told,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - began
        told.seek(0)
        said = told.read()
    if process.returncode not in {0, 1}:
        raise SystemExit(f"grader {' '.join(arguments)} left with {process.returncode}:\n{said}")
    return Run(took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024), said


def measured(arguments: Sequence[str], environment: dict[str, str], runs: int, out: Path | None = None) -> None:
    """Run a command some times and say what it took."""
    found = []
    for _ in range(runs + 1):  # the first compiles the modules
        if out:
            shutil.rmtree(out, ignore_errors=True)
        found.append(command(arguments, environment)[0])
    walls, busy = ([getattr(run, name) for run in found[1:]] for name in ("wall", "busy"))
    name = " ".join(arguments[:2] if len(arguments) < 3 else [arguments[0], Path(arguments[1]).name])
    print(
        f"{name:24} wall {min(walls):.2f} s best, {median(walls):.2f} median of {runs}; "
        f"user+sys {min(busy):.2f} s; {max(run.memory for run in found):.0f} MB"
    )


IMPORT = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|(\s+)(\S+)")
LIBRARIES = (
    "numpy",
    "sympy",
    "flint",
    "yaml",
    "jinja2",
    "markdown_it",
    "rich",
    "msgspec",
    "click",
    "sqlite3",
    "grader",
)


def imports(arguments: Sequence[str], environment: dict[str, str]) -> None:
    """The time that each library's modules took to load, its own and no other's."""
    _, said = command(arguments, environment, ["-X", "importtime", *START])
    own: dict[str, list[int]] = {}
    for line in said.splitlines():
        if found := IMPORT.match(line):
            library = found[4].split(".")[0]
            own.setdefault(library if library in LIBRARIES else "the rest", []).append(int(found[1]))
    ranked = sorted(own.items(), key=lambda item: -sum(item[1]))
    print("  imports, ms: " + ", ".join(f"{name} {sum(each) / 1000:.0f} ({len(each)})" for name, each in ranked))


def costs(arguments: Sequence[str], environment: dict[str, str], most: int = 24) -> None:
    """The functions of ours in which most time goes by, by a profiler, which makes it more: shares, not seconds."""
    with tempfile.NamedTemporaryFile(suffix=".prof") as file:
        code = f"import cProfile; cProfile.run({START[1]!r}, {file.name!r})"
        command(arguments, environment, ["-c", code])
        found: dict[Any, Any] = pstats.Stats(file.name).stats  # type: ignore[attr-defined]
    whole = max(cumulative for _, _, _, cumulative, _ in found.values())
    mine = [(stats[3], key) for key, stats in found.items() if key[0].startswith(str(ROOT / "grader"))]
    shares = [
        f"{path.removeprefix(f'{ROOT}/grader/')}:{name} {100 * took / whole:.0f}%"
        for took, (path, _, name) in sorted(mine, reverse=True)[:most]
    ]
    print("  shares, cumulative: " + ", ".join(shares))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--expressions", action="store_true", help="a class of formulas instead")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--costs", action="store_true", help="also where the time goes")
    parser.add_argument("--keep", type=Path, help="write the submissions there, and leave them")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = arguments.keep or Path(name) / "class"
        folder.mkdir(parents=True, exist_ok=True)
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": str(Path(name) / "compiled"), "PYTHONPATH": str(ROOT)}
        bench(folder, Path(name) / "out", environment, arguments)


def bench(folder: Path, out: Path, environment: dict[str, str], arguments: argparse.Namespace) -> None:
    """Write the submissions, and time what is to be timed."""
    (write_formulas if arguments.expressions else write_class)(folder)
    specs = folder / "problems" if arguments.expressions else ROOT / "problems"
    handed_in = folder / "formulas.jsonl" if arguments.expressions else folder
    grade = ["grade", str(handed_in), "--problems", str(specs), "--out", str(out)]
    measured(grade, environment, arguments.runs, out)
    if arguments.costs:
        for look in (imports, costs):
            shutil.rmtree(out, ignore_errors=True)
            look(grade, environment)
    if not arguments.expressions:
        measured(["show", "sgd-line"], environment, arguments.runs)
        measured(["--help"], environment, arguments.runs)


if __name__ == "__main__":
    main()
