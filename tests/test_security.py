"""Nothing that a student types is executed: the source, the calls that can be reached from it, and what Python tells.

Three looks of their own: no module calls what could run text; no function that is reachable from where student text
comes in does; and while hostile texts are read, Python's audit hook sees no code compiled, imported or executed.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import grader

ROOT = Path(grader.__file__).parent
SOURCES = sorted(ROOT.rglob("*.py"))

FORBIDDEN = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "sympify",
    "parse_expr",
    "lambdify",
    "S",
    "system",
    "popen",
    "Popen",
    "spawn",
    "execv",
    "execve",
    "run_path",
    "run_module",
    "loads_pickle",
    "unsafe_load",
    "full_load",
    "getoutput",
    "check_output",
    "breakpoint",
    "input",
    "interact",
}
"""Names of functions that run text or programs, by whatever module they are called from."""

FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "subprocess", "code", "codeop", "runpy", "ctypes", "dill"}

ALLOWED = {
    ("compile", "re"): "a regular expression of ours; it runs no code",
    ("import_module", "importlib"): "modules of ours by names of ours",
    (
        "compile",
        "press",
    ): "sets a page by Typst in an empty folder; what a student typed stands in it as string literals",
}
"""Calls that look like forbidden ones, with the reason why each may stay."""

SYMBOLIC = {"Symbol", "symbols", "Function", "Rational", "Float", "Integer", "Number", "nsimplify", "Poly", "solveset"}
"""SymPy's makers of which some read text when they are given text."""

NAMED_FROM_TREES = {
    "Symbol": "takes a name as it is and reads no text; names are a spec's own, checked when it is loaded",
    "Rational": "is given whole numbers, never text",
    "Float": "is given a number, never text",
    "Poly": "is given a tree of SymPy's own",
    "solveset": "is given a tree of SymPy's own",
    "Integer": "is given whole numbers, never text",
    "nsimplify": "is given a number, never text",
}
"""Which of them are called with something else than a literal, and why that is no text of a student's."""


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in SOURCES:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def called(node: ast.Call) -> tuple[str, str]:
    """The name that a call calls, and what stands before its dot."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr, ast.unparse(node.func.value)
    return (node.func.id, "") if isinstance(node.func, ast.Name) else ("", "")


def forbidden(tree: ast.AST) -> list[str]:
    """The calls in a piece of source that could run text."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name, before = called(node)
            if name in FORBIDDEN and (name, before) not in ALLOWED:
                found.append(f"line {node.lineno}: {ast.unparse(node.func)}(…)")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_runs_text(path: Path) -> None:
    """No call and no import of what runs text or programs, in any file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert forbidden(tree) == []
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert not imported & FORBIDDEN_MODULES


def test_the_walk_finds_what_it_looks_for() -> None:
    """The look at the source is not blind."""
    source = "import os\nos.system('x')\nsympy.sympify(text)\n(lambda: eval(text))()\nre.compile(text)"
    assert len(forbidden(ast.parse(source))) == 3


def test_sympy_is_given_no_text_of_students() -> None:
    """Where SymPy makes something of what is no literal, the reason why that is no text stands in the table above."""
    found: dict[str, list[str]] = {}
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name, before = called(node)
                literal = all(isinstance(argument, ast.Constant) for argument in node.args)
                if name in SYMBOLIC and before == "sympy" and not literal:
                    found.setdefault(name, []).append(f"{path.name}:{node.lineno}")
    assert set(found) <= set(NAMED_FROM_TREES), found


def functions() -> dict[str, list[tuple[str, ast.AST]]]:
    """Every function and class body of ours, by its name: of classes all methods, since names of methods are many."""
    found: dict[str, list[tuple[str, ast.AST]]] = {}
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.setdefault(node.name, []).append((str(path.relative_to(ROOT)), node))
    return found


def reachable(entries: list[str]) -> dict[tuple[str, int], ast.AST]:
    """What may run when the entries do: every function of ours with a name that is mentioned on the way.

    More than can really run: a name stands for all functions of that name, and a mention counts as a call, so that
    tables of functions and methods of unknown objects are followed too. Tables in modules count with their modules.
    """
    known = functions()
    modules = {str(path.relative_to(ROOT)): tree for path, tree in trees()}
    seen: dict[tuple[str, int], ast.AST] = {}
    names, waiting = set(entries), list(entries)
    read: set[str] = set()
    while waiting:
        for path, node in known.get(waiting.pop(), []):
            pieces = [node]
            if path not in read:
                read.add(path)
                pieces += [
                    each for each in modules[path].body if isinstance(each, ast.Assign | ast.AnnAssign | ast.Expr)
                ]
            for piece in pieces:
                seen[path, piece.lineno] = piece
                mentioned = {each.id for each in ast.walk(piece) if isinstance(each, ast.Name)}
                mentioned |= {each.attr for each in ast.walk(piece) if isinstance(each, ast.Attribute)}
                for name in mentioned - names:
                    names.add(name)
                    waiting.append(name)
    return seen


ENTRIES = ["compare", "parse", "grade", "read_numeral", "read_table", "statement"]


def test_nothing_that_runs_text_is_reachable() -> None:
    """From where student text comes in, no path by names leads to a forbidden call."""
    found = reachable(ENTRIES)
    paths = {path for path, _ in found}
    assert {"expression/parser.py", "expression/tokens.py", "expression/words.py", "expression/scope.py"} <= paths
    assert len(found) > 200
    assert {place: calls for place, node in found.items() if (calls := forbidden(node))} == {}


HOSTILE = [
    "__import__('os').system('touch marker')",
    "().__class__.__bases__[0].__subclasses__()",
    "eval('1')",
    "exec('x=1')",
    "lambda x: x",
    "open('marker', 'w')",
    "os.system('touch marker')",
    "np.load('marker')",
    "np.__config__.show()",
    "{{7*7}}",
    "{% import os %}",
    "${jndi:ldap://x}",
    r"\input{/etc/passwd}",
    r"\write18{touch marker}",
    r"\immediate\write18{x}",
    "f'{x}'",
    "!!python/object/apply:os.system ['touch marker']",
    "Integer.__init__",
    "S('x')",
    "sympify('x')",
    "x.__class__",
    "x if __import__('os') else y",
    "[c for c in ().__class__.__mro__]",
    "`touch marker`",
    "$(touch marker)",
    "; touch marker",
    "import os",
    "from os import system",
    "cos\nsystem\n(S'touch marker'\ntR.",
    "x.eval()",
    "sin.__globals__",
    "e^{__import__}",
    "\\text{__import__('os')}",
    "\\operatorname{eval}(x)",
    "np.exec(x)",
    "math.exec(x)",
    "print(1)",
    "x; y",
    "x := 1",
    "@x",
    "\x00",
    "(X^T X + n λ I)^{-1} X^T y",
    "2(x+y)",
    r"\frac{d}{dx} \sin x^2",
    r"\sum_{k=1}^{3} k",
    "[[1,2],[3,4]]",
    "1/0",
    "0^0",
]

WATCH = """
    import sys
    from grader.errors import GraderError
    from grader.expression import Name
    from grader.expression.parse import free_names, parse as spec
    from grader.expression.parser import parse
    from grader.expression.scope import Scope

    names = {"X": Name("X", (3, 2)), "y": Name("y", (3,)), "x": Name("x"), "λ": Name("λ")}
    seen, watching = [], False

    def hook(event, arguments):
        if watching and event.split(".")[0] in {
            "exec", "compile", "import", "open", "os", "subprocess", "socket", "pickle", "marshal", "ctypes", "shutil",
            "pty", "urllib", "code", "tempfile", "http",
        }:
            seen.append((event, str(arguments)[:200]))

    def read(text):
        known = Scope(names, lengths={"n": 3, "d": 2}, letters={"i": 0})
        for act in (
            lambda: parse(text, Scope({}, free=True)),
            lambda: parse(text, known),
            lambda: spec(text, names),
            lambda: free_names(text),
        ):
            try:
                act()
            except GraderError:
                pass

    read(r"\\frac{d}{dx} x^2 + x_")  # what loads late is loaded
    sys.addaudithook(hook)
    watching = True
    for text in TEXTS:
        read(text)
    watching = False
    print(seen)
"""


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What a program prints that is run in an empty folder."""
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def test_python_sees_nothing_run(tmp_path: Path) -> None:
    """While hostile texts are read, no code is compiled or run, nothing imported, no file and no socket opened."""
    done = run(f"TEXTS = {HOSTILE!r}\n" + textwrap.dedent(WATCH), tmp_path)
    assert done.stderr == ""
    assert done.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []


def test_the_watch_sees_what_it_looks_for(tmp_path: Path) -> None:
    """The audit hook is not blind: with a parser that evaluates, it would tell."""
    blunder = "lambda: eval('1+1'), lambda: open('marker', 'w').close(),"
    done = run("TEXTS = ['x']\n" + textwrap.dedent(WATCH).replace("lambda: free_names(text),", blunder), tmp_path)
    assert {"compile", "exec", "open"} <= set(re.findall(r"'(\w+)'", done.stdout))
