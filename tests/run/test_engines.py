"""Where a cohort is marked makes no difference to what is written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from tests.run.cohorts import ROOT
from tests.run.folder import SHEETS

SCHEDULER = """
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        input()
"""


def grade(out: str, *options: str) -> Result:
    arguments = ["grade", "exam.jsonl", "--out", out, *options]
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def written(out: str) -> dict[str, bytes]:
    files = (path for path in Path(out).rglob("*") if path.is_file() and not path.name.startswith("grades.sqlite"))
    return {str(path.relative_to(out)): path.read_bytes() for path in files}


@pytest.fixture
def exam(course: Path) -> Path:
    """A cohort with two problems, a broken line and an unknown step, marked serially into `serial/`."""
    sheets = [SHEETS["ann"], SHEETS["bob"], SHEETS["eve"] | {"words": {"txet": "?"}}]
    lines = [json.dumps({"student": f"s{k:02}", "answers": sheets[k % 3]}) for k in range(60)]
    Path("exam.jsonl").write_text("\n".join([*lines[:30], "{oops", *lines[30:]]))
    assert grade("serial", "--engine", "serial").exit_code == 1
    return course


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """The address of a Dask cluster that is there already."""
    pytest.importorskip("distributed", reason="Dask is not installed")
    script = tmp_path / "cluster.py"
    script.write_text(SCHEDULER)
    with subprocess.Popen(
        [sys.executable, script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate("\n")


@pytest.mark.parametrize("workers", ["1", "3"])
def test_processes(exam: Path, workers: str) -> None:
    """The same files, messages and exit status, whatever their number, which asks for them by itself."""
    result = grade("processes", *(["--engine", "processes"] if workers == "1" else []), "--workers", workers)
    assert result.exit_code == 1
    assert "exam.jsonl:31: not JSON" in result.stderr
    assert written("processes") == written("serial")


def test_a_cluster_that_is_there(exam: Path, cluster: str) -> None:
    """It is used as it is, twice, and gives the same files."""
    for out in ("one", "two"):
        done = subprocess.run(
            [sys.executable, "-c", "from grader.cli import main; main()", "grade", "exam.jsonl", "--out", out,
             "--scheduler", cluster, "--json"],
            capture_output=True, text=True, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, check=False,
        )  # fmt: skip
        assert done.returncode == 1, done.stderr
        assert json.loads(done.stdout)["students"] == 60
        assert written(out) == written("serial")


def test_no_cluster_is_there(exam: Path) -> None:
    """One message, and what to do."""
    pytest.importorskip("distributed", reason="Dask is not installed")
    done = subprocess.run(
        [sys.executable, "-c", "from grader.cli import main; main()", "grade", "exam.jsonl", "--out", "none",
         "--scheduler", "tcp://127.0.0.1:9"],
        capture_output=True, text=True, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    (message,) = [line for line in done.stderr.splitlines() if line.startswith("cannot use")]
    assert message.startswith("cannot use tcp://127.0.0.1:9: no scheduler answers: ")
    assert message.endswith("; start it, or check --scheduler")


def test_dask_that_is_not_installed(exam: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One message, and what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = grade("none", "--engine", "dask")
    assert result.exit_code == 1
    assert result.stderr == (
        "cannot use the engine dask needs Dask's distributed; "
        "install grader[cluster], or choose --engine processes\n"
    )  # fmt: skip


def test_a_scheduler_for_another_engine(exam: Path) -> None:
    """A bad call."""
    assert grade("none", "--engine", "serial", "--scheduler", "tcp://127.0.0.1:9").exit_code == 2


def test_the_summary_for_scripts(exam: Path) -> None:
    """One object on standard output: who, what, how many; messages go to standard error."""
    result = grade("json", "--json")
    found = json.loads(result.stdout)
    assert (found["students"], found["unread"], found["waiting"]) == (60, 21, 60)
    assert found["problems"]["line"]["handed_in"] == 60
    assert sum(found["marks"].values()) == 60 * 4
    assert result.stderr.count("\n") == 21
    again = json.loads(grade("json", "--json").stdout)
    assert (again["marked_anew"], again["changes"]["marks"]) == (0, 0)
