"""The command line: one file a command, loaded when it is called."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "grade": "Mark submissions; write marks.jsonl, marks.csv and a feedback page a student.",
    "merge": "Put the shares of a large cohort together.",
    "report": "Sum up a class: distributions, difficulty, shared slips, what to look at.",
    "key": "Write the worked solutions.",
    "worksheet": "Write the problems with room to answer, for all or for each student.",
    "export": "Write marks or problems for Gradescope, Canvas, Moodle or QTI.",
    "whose": "Find whose key holds a number.",
    "check": "Test problems: both readings, every proof, every page.",
    "show": "Print one worked solution here.",
    "families": "List the kinds of exercise, or one with its givens and steps.",
    "new": "Print a spec to start from.",
}
"""Every command with its line in the help; its code is the module of its name."""


class Commands(click.Group):
    """Finds a command's module when it is called, so that starting costs nothing that is not used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"grader.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="grader")
def main() -> None:
    """Mark exercises in machine learning step by step, and print their worked solutions.

    \b
    grader grade submissions/ --problems problems/ --out out/
    grader show sgd-line
    """
