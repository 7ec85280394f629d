"""A cohort of one page: how fast it is marked, in how much memory, and that nothing is ever lost.

    .venv/bin/python benchmarks/cohort.py make --students 100000 --out cohort/cohort.jsonl
    .venv/bin/python benchmarks/cohort.py ratio --students 100000 --engine processes --workers 2
    .venv/bin/python benchmarks/cohort.py memory --sizes 1000,10000,100000,1000000
    .venv/bin/python benchmarks/cohort.py engines
    .venv/bin/python benchmarks/cohort.py expressions
    .venv/bin/python benchmarks/cohort.py shards --count 8
    .venv/bin/python benchmarks/cohort.py kills --count 100

Everything is measured in one run, against `json.loads` over the lines of the same file, and `grader` runs as a user
runs it: by its command line, in a fresh process, into an empty folder.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from formulas import write_formulas
from kills import table
from measured import GRADER, Run, grade, json_seconds, run
from students import STEPS, write_cohort

RESULTS = ("marks.jsonl", "marks.csv", "review.csv", "changes.csv", "unread.jsonl")
ENGINES = ("serial", "processes:1", "processes:2", "processes:4", "dask:2")
STUDENTS = click.option("--students", type=int, default=100_000, show_default=True)
SEED = click.option("--seed", type=int, default=1, show_default=True)
FOLDER = click.option("--folder", type=click.Path(path_type=Path), help="Where cohorts are kept.  [default: a new one]")


@click.group()
def main() -> None:
    """Make simulated cohorts, and measure the marking of them by the command line."""


@main.command()
@STUDENTS
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file of JSON lines.")
@SEED
def make(students: int, out: Path, seed: int) -> None:
    """Write a cohort, and its spec beside it in problems/."""
    spec = write_cohort(out, students, seed)
    click.echo(f"{students} students, {out.stat().st_size / 1e6:.1f} MB: {out}, {spec}")


@contextmanager
def working(folder: Path | None) -> Iterator[Path]:
    """A folder for cohorts and results: the one stated, or one that is gone afterwards."""
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="cohort-") as made:
            yield Path(made)


def cohort(folder: Path, students: int, seed: int = 1) -> Path:
    """A cohort of that size, made unless it is there."""
    file = folder / f"cohort-{students}-{seed}" / "cohort.jsonl"
    if not file.exists():
        write_cohort(file.with_suffix(".making"), students, seed)
        file.with_suffix(".making").rename(file)
    return file


def engine_options(engine: str, workers: int) -> list[str]:
    return [*(["--engine", engine] if engine else []), *(["--workers", str(workers)] if workers else [])]


def once(file: Path, out: Path, *options: str) -> Run:
    """One `grader grade` into an empty folder; ends the benchmark where it fails."""
    shutil.rmtree(out, ignore_errors=True)
    done = grade(file, out, *options)
    if done.status not in {0, 1}:
        raise click.ClickException(f"grade ended with {done.status}:\n{done.said}")
    return done


def best(file: Path, out: Path, options: Sequence[str], tries: int) -> Run:
    """The fastest of some runs, each into an empty folder."""
    return min((once(file, out, *options) for _ in range(tries)), key=lambda done: done.wall)


@main.command()
@STUDENTS
@click.option("--engine", default="", help="serial, processes or dask.  [default: the command's own]")
@click.option("--workers", type=int, default=0)
@click.option("--tries", type=int, default=3, show_default=True)
@SEED
@FOLDER
def ratio(students: int, engine: str, workers: int, tries: int, seed: int, folder: Path | None) -> None:
    """Marking a cohort against what `json.loads` alone takes over the same file."""
    with working(folder) as where:
        file, out = cohort(where, students, seed), where / "out"
        before = json_seconds(file)
        done = best(file, out, engine_options(engine, workers), tries)
        loads = min(before, json_seconds(file))
        again = grade(file, out, *engine_options(engine, workers))
        size = file.stat().st_size / 1e6
        click.echo(f"{students} students × {len(STEPS)} parts, {size:.1f} MB, the best of {tries}")
        click.echo(f"json.loads   {loads:7.2f} s   {size / loads:6.0f} MB/s")
        click.echo(f"grade        {done.wall:7.2f} s   {students * len(STEPS) / done.wall:,.0f} marks/s")
        click.echo(f"ratio        {done.wall / loads:7.2f}     {done.cpu / loads:.2f} in seconds of the processors")
        click.echo(f"again        {again.wall:7.2f} s   nothing new; {again.wall / loads:.2f} times json.loads")
        click.echo(f"memory       {done.largest / 1e6:7.0f} MB  the largest of {done.processes} processes")
        click.echo(f"             {done.summed / 1e6:7.0f} MB  all at one time")
        click.echo("\n".join(f"{name:<12} {count:7,} {unit}" for name, count, unit in [*sizes(out), *verdicts(out)]))


def sizes(out: Path) -> list[tuple[str, int, str]]:
    found = [path for path in sorted(out.iterdir()) if path.is_file()]
    return [(path.name, path.stat().st_size // 1000, "kB") for path in found]


def verdicts(out: Path) -> list[tuple[str, int, str]]:
    """How many marks there are of each verdict."""
    with (out / "marks.jsonl").open("rb") as lines:
        counts = Counter(json.loads(line)["verdict"] for line in lines)
    return [(verdict, count, "marks") for verdict, count in counts.most_common()]


@main.command()
@click.option("--sizes", "counts", default="1000,10000,100000,1000000", show_default=True)
@click.option("--engine", default="")
@click.option("--workers", type=int, default=0)
@FOLDER
def memory(counts: str, engine: str, workers: int, folder: Path | None) -> None:
    """Time and memory by the size of a cohort."""
    click.echo("students     MB   wall s   marks/s   ×json   largest MB   summed MB   processes")
    with working(folder) as where:
        for students in map(int, counts.split(",")):
            file = cohort(where, students)
            loads = json_seconds(file, 1)
            done = once(file, where / "out", *engine_options(engine, workers))
            size, rate = file.stat().st_size / 1e6, students * len(STEPS) / done.wall
            row = f"{students:8} {size:6.1f} {done.wall:8.2f} {rate:9,.0f} {done.wall / loads:7.2f}"
            click.echo(f"{row} {done.largest / 1e6:12.0f} {done.summed / 1e6:11.0f} {done.processes:11}")


def digests(out: Path) -> dict[str, str]:
    """The first signs of the SHA-256 of each result."""
    return {name: digest(out / name) for name in RESULTS}


def digest(path: Path) -> str:
    if not path.exists():
        return "none"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


@main.command()
@STUDENTS
@click.option("--engines", "names", default=",".join(ENGINES), show_default=True, help="ENGINE or ENGINE:WORKERS.")
@click.option("--tries", type=int, default=3, show_default=True)
@FOLDER
def engines(students: int, names: str, tries: int, folder: Path | None) -> None:
    """Times of the engines, and whether their results are the same bytes."""
    with working(folder) as where:
        file, out = cohort(where, students), where / "out"
        loads, first = json_seconds(file), None
        click.echo(f"{students} students, json.loads {loads:.2f} s, the best of {tries}")
        click.echo("engine        wall s   cpu s   ×json   largest MB   summed MB   same bytes as the first")
        for name in names.split(","):
            engine, _, workers = name.partition(":")
            done = best(file, out, engine_options(engine, int(workers or 0)), tries)
            found = digests(out)
            first = first or found
            differ = [each for each in RESULTS if found[each] != first[each]]
            row = f"{name:<12} {done.wall:7.2f} {done.cpu:7.2f} {done.wall / loads:7.2f} {done.largest / 1e6:12.0f}"
            click.echo(f"{row} {done.summed / 1e6:11.0f}   {'no: ' + ', '.join(differ) if differ else 'yes'}")
        click.echo("\n".join(f"{name:<13} sha256 {sign}" for name, sign in (first or {}).items()))


@main.command()
@click.option("--answers", type=int, default=10_000, show_default=True)
@click.option("--distinct", type=int, default=500, show_default=True)
@click.option("--tries", type=int, default=3, show_default=True)
@SEED
@FOLDER
def expressions(answers: int, distinct: int, tries: int, seed: int, folder: Path | None) -> None:
    """Answers that are formulas, in some hundreds of spellings."""
    with working(folder) as where:
        file, out = where / "formulas" / "formulas.jsonl", where / "out"
        write_formulas(file, answers, distinct, seed)
        done = best(file, out, [], tries)
        click.echo(f"{answers} formulas, {distinct} of them distinct: {done.wall:.2f} s, {done.largest / 1e6:.0f} MB")
        click.echo("\n".join(f"{name:<12} {count:7,} {unit}" for name, count, unit in verdicts(out)))


@main.command()
@STUDENTS
@click.option("--count", type=int, default=8, show_default=True, help="Shards.")
@FOLDER
def shards(students: int, count: int, folder: Path | None) -> None:
    """What marking in shards and merging costs over one run, and whether the results are the same bytes."""
    with working(folder) as where:
        file, one, merged = cohort(where, students), where / "out", where / "merged"
        whole = once(file, one, "--engine", "serial")
        names = [f"{i}/{count}" for i in range(1, count + 1)]
        outs = [where / f"shard-{i}" for i in range(1, count + 1)]
        parts = [once(file, out, "--engine", "serial", "--shard", name) for name, out in zip(names, outs, strict=True)]
        shutil.rmtree(merged, ignore_errors=True)
        problems = str(file.parent / "problems")
        done = run([*GRADER, "merge", *map(str, outs), "--problems", problems, "--out", str(merged)])
        cpu = sum(part.cpu for part in parts)
        differ = [name for name in RESULTS if digest(one / name) != digest(merged / name)]
        click.echo(f"{students} students   wall s    cpu s")
        click.echo(f"one run        {whole.wall:8.2f} {whole.cpu:8.2f}")
        click.echo(f"{count} shards, each {sum(part.wall for part in parts) / count:8.2f} {cpu / count:8.2f}")
        click.echo(f"merge          {done.wall:8.2f} {done.cpu:8.2f}   {done.largest / 1e6:.0f} MB")
        click.echo(f"overhead a shard: {(cpu - whole.cpu) / count:.2f} s of a processor")
        click.echo(f"same bytes: {'no: ' + ', '.join(differ) if differ else 'yes'}")


@main.command()
@click.option("--count", type=int, default=100, show_default=True)
@click.option("--students", type=int, default=1500, show_default=True)
@SEED
@FOLDER
def kills(count: int, students: int, seed: int, folder: Path | None) -> None:
    """Runs killed at random, by time, at what they do and in calls of the system; then run to their end."""
    with working(folder) as where:
        if not table(where / "kills", count, students, seed):
            raise click.exceptions.Exit(1)


if __name__ == "__main__":
    main()
