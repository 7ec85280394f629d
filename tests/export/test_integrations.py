"""What stands ready for other systems beside the package: scripts, a hook, an action."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import COMMANDS, main
from grader.document import Entries, Items, read_yaml

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_scripts_are_bash_that_can_be_run(name: str) -> None:
    """Gradescope runs them as they are."""
    path = ROOT / "integrations" / "gradescope" / name
    assert os.access(path, os.X_OK)
    assert path.read_text().startswith("#!/usr/bin/env bash\n")
    assert subprocess.run(["bash", "-n", path], check=False).returncode == 0


PYTHON = """#!/bin/sh
# Stands in for Python: it makes the environment of stand-ins that write down how they are called.
echo "python $*" >> "$AUTOGRADER/called"
[ "$1" = -m ] || exit 0
mkdir -p "$3/bin"
for name in python grader; do
    printf '#!/bin/sh\\necho "%s $*" >> "$AUTOGRADER/called"\\n[ %s != "$FAILS" ]\\n' $name $name > "$3/bin/$name"
    chmod +x "$3/bin/$name"
done
"""


@pytest.mark.parametrize(("fails", "status"), [("nothing", 0), ("python", 1), ("grader", 1)])
def test_setup_installs_the_wheel_and_checks_the_problems(tmp_path: Path, fails: str, status: int) -> None:
    """In the mock of Gradescope's folders; without the wheel, or with a broken spec, the image is not built."""
    root = tmp_path / "auto grader"
    (root / "source" / "problems").mkdir(parents=True)
    (root / "source" / "grader-0.1.0-py3-none-any.whl").write_text("")
    (root / "python").write_text(PYTHON)
    (root / "python").chmod(0o755)
    around = {**os.environ, "AUTOGRADER": str(root), "PYTHON": str(root / "python"), "FAILS": fails}
    setup = ROOT / "integrations" / "gradescope" / "setup.sh"
    assert subprocess.run([setup], check=False, env=around, timeout=60).returncode == status
    called = (root / "called").read_text().splitlines()[1:]
    assert called[0] == f"python -m venv {root}/venv"
    assert called[1].endswith(f"{root}/source/grader-0.1.0-py3-none-any.whl")
    assert called[2:] == ([] if fails == "python" else [f"grader check {root}/source/problems"])


def test_the_hook_runs_a_command_that_there_is() -> None:
    """With what `pre-commit validate-manifest` asks of a hook."""
    (hook,) = read_yaml((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert isinstance(hook, Entries)
    assert {"id", "name", "entry", "language"} <= set(hook)
    program, command = str(hook["entry"]).split()
    assert (program, command in COMMANDS) == ("grader", True)


def test_pre_commit_accepts_the_hook() -> None:
    """By its own reader of manifests."""
    clientlib = pytest.importorskip("pre_commit.clientlib")
    (hook,) = clientlib.load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert (hook["id"], hook["language"], hook["pass_filenames"]) == ("grader-check", "python", False)


@pytest.mark.parametrize(("name", "status"), [("action.yml", 0), ("broken.yml", 1)])
def test_the_action_is_one_by_its_schema(tmp_path: Path, name: str, status: int) -> None:
    """The schema of GitHub's actions that check-jsonschema brings, which refuses steps without a shell."""
    pytest.importorskip("check_jsonschema")
    text = (ROOT / "action.yml").read_text()
    (tmp_path / "action.yml").write_text(text)
    (tmp_path / "broken.yml").write_text(text.replace("      shell: bash\n", ""))
    call = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", tmp_path / name]
    done = subprocess.run(call, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stdout + done.stderr


def test_the_action_hands_inputs_over_in_the_environment() -> None:
    """No input is put into a script's text, where it could run."""
    action = read_yaml((ROOT / "action.yml").read_text())
    assert isinstance(action, Entries)
    runs = action["runs"]
    assert isinstance(runs, Entries)
    assert runs["using"] == "composite"
    steps = runs["steps"]
    assert isinstance(steps, Items)
    for step in steps:
        assert isinstance(step, Entries)
        assert "${{" not in str(step.get("run", ""))
        assert ("run" in step) == ("shell" in step)


def test_every_option_in_the_documents_exists() -> None:
    """What the pages on exports name is what the commands take."""
    pages = "".join((ROOT / "docs" / name).read_text() for name in ("exports.md", "gradescope.md"))
    for command in set(re.findall(r"grader export (\w+)", pages)):
        told = CliRunner().invoke(main, ["export", command, "--help"])
        assert told.exit_code == 0
        for line in re.findall(rf"grader export {command}[^\n`]*", pages):
            assert all(option in told.output for option in re.findall(r"--\w+", line))
