"""How long pages take: a class's worksheets as PDF, keys in each format.

    python benchmarks/pages.py --students 300 --processes 2

Each student gets one document of two pages with a variant of their own. Needs the extra `[pdf]`.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import grader
from grader.problem import Problem
from grader.render import pages, sheets
from grader.render.environment import FORMATS
from grader.sheets import for_student

SHEET = ("sgd-line", "ridge-numbers")  # two pages together
ROOT = Path(__file__).parent.parent / "problems"


@dataclass(frozen=True)
class Sheet:
    """What one student's document took, in seconds, and its size in bytes."""

    drawing: float
    writing: float
    setting: float
    size: int


def load(name: str) -> Problem:
    return grader.load(next(ROOT.rglob(f"{name}.yaml")))


def sheet(student: str, problems: Sequence[Problem]) -> Sheet:
    """Draw, write and set one student's sheet."""
    start = time.perf_counter()
    drawn = for_student(problems, student, "42")
    began = time.perf_counter()
    source = sheets.worksheet(drawn, "pdf")
    written = time.perf_counter()
    made = FORMATS["pdf"].finished(source)
    return Sheet(began - start, written - began, time.perf_counter() - written, len(made))


def some(students: Sequence[str]) -> tuple[list[Sheet], float]:
    """Some students' sheets, one after the other, and the largest memory in MB."""
    problems = [load(name) for name in SHEET]
    sheets = [sheet(student, problems) for student in students]
    return sheets, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cohort(count: int, processes: int) -> None:
    """A class's sheets, and what they took."""
    students = [f"s{k:04d}" for k in range(count)]
    start = time.perf_counter()
    with ProcessPoolExecutor(processes) as pool:
        made = list(pool.map(some, [students[k::processes] for k in range(processes)]))
    took = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = used.ru_utime + used.ru_stime
    sheets = [each for found, _ in made for each in found]
    means = {name: 1000 * median(getattr(each, name) for each in sheets) for name in ("drawing", "writing", "setting")}
    print(f"{count} sheets, {processes} processes: {took:.2f} s, starting included")
    print("  each, ms: " + ", ".join(f"{name} {value:.1f}" for name, value in means.items()))
    size, peak = sum(each.size for each in sheets) / count / 1024, max(peak for _, peak in made)
    print(f"  {size:.0f} kB each; {peak:.0f} MB at most in a process; {busy:.1f} s of processor time in all")


def keys() -> None:
    """Every key in every format that keys have."""
    problems = [grader.load(path) for path in sorted(ROOT.rglob("*.yaml")) if path.name != "course.yaml"]
    for format in sorted(set(FORMATS) - {"txt"}):
        took = []
        for problem in problems:
            start = time.perf_counter()
            FORMATS[format].finished(pages.key(problem, format))
            took.append(time.perf_counter() - start)
        print(f"{len(problems)} keys, {format}: {1000 * median(took):.1f} ms each, {1000 * max(took):.0f} at most")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    cohort(arguments.students, arguments.processes)
    keys()
