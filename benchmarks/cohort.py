"""A cohort of one page: how fast it is marked, in how much memory, and that nothing is ever lost.

.venv/bin/python benchmarks/cohort.py make --students 100000 --out cohort/cohort.jsonl
"""

from __future__ import annotations

from pathlib import Path

import click
from students import write_cohort


@click.group()
def main() -> None:
    """Make simulated cohorts, and measure the marking of them by the command line."""


@main.command()
@click.option("--students", type=int, default=100_000, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file of JSON lines.")
@click.option("--seed", type=int, default=1, show_default=True)
def make(students: int, out: Path, seed: int) -> None:
    """Write a cohort, and its spec beside it in problems/."""
    spec = write_cohort(out, students, seed)
    click.echo(f"{students} students, {out.stat().st_size / 1e6:.1f} MB: {out}, {spec}")


if __name__ == "__main__":
    main()
