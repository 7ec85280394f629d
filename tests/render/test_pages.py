"""Keys, worksheets and solutions: what stands on them, and that LaTeX sets them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import grader
from grader.document import read_yaml
from grader.problem import read_problem
from grader.render import pages

PROBLEMS = sorted(path for path in Path("problems").rglob("*.yaml") if path.name != "course.yaml")


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("yhat_1", r"\hat{y}_{1} = w x_{1} + b = 0.5 \cdot 1 + 0.1 = 0.6"),
        (
            "grad_w_1",
            r"g_{w,1} = \frac{\partial}{\partial w} \frac{\left( y_{1} - \hat{y}_{1} \right)^{2}}{2} "
            r"= -\left( y_{1} - \hat{y}_{1} \right) x_{1} = -\left( 3 - 0.6 \right) \cdot 1 = -2.4",
        ),
        ("w_1", r"w_{1} = w - \alpha g_{w,1} = 0.5 - 0.01 \cdot \left( -2.4 \right) = 0.524"),
        (
            "mse_after",
            r"\text{MSE after} = \frac{\text{SSE after}}{2 m} \approx \frac{45.9029}{2 \cdot 5} \approx 4.59029",
        ),
    ],
)
def test_a_key_shows_formula_substitution_and_value(part: str, line: str) -> None:
    """In the author's order, with the sign for about equal where something was rounded."""
    page = pages.key(grader.load("problems/class-notes/sgd-line.yaml"), "md")
    section = page.partition(f"### `{part}`")[2].partition("###")[0]
    assert f"$${line}$$" in section


def test_an_iteration_shows_one_round_and_then_the_table() -> None:
    """The first sample step by step, then a row for each sample."""
    page = pages.key(grader.load("problems/class-notes/sgd-line.yaml"), "md")
    assert "### `yhat_2`" not in page
    assert r"| $t$ | $\hat{y}$ | $g_{w}$ | $g_{b}$ | $w$ | $b$ |" in page
    assert "| $2$ | $1.172$ | $-7.656$ | $-3.828$ | $0.60056$ | $0.16228$ |" in page
    assert "| $5$ | $5.18481$ | $-29.0759$ | $-5.81519$ | $1.27363$ | $0.3286$ |" in page


def test_a_map_shows_one_worked_entry_and_then_the_whole() -> None:
    """The entry in the middle, product by product."""
    page = pages.key(grader.load("problems/exercise-2-report/exercise-2-maps.yaml"), "md")
    section = page.partition("### `map_laplacian`")[2]
    assert "For row 3, column 3:" in section
    assert (
        r"$$\text{map laplacian}_{3,3} = 4 \cdot 0 + 6 \cdot 1 + 2 \cdot 0 + 9 \cdot 1 + 3 \cdot \left( -4 \right) "
        r"+ 9 \cdot 1 + 1 \cdot 0 + 3 \cdot 1 + 6 \cdot 0 = 15$$"
    ) in section
    assert r"\begin{bmatrix} -27 & 13 & -20 & -18 & 3 \\" in section


def test_a_worksheet_gives_nothing_away() -> None:
    """It states the data and asks each part with its points, and holds none of the values that follow."""
    problem = grader.load("problems/class-notes/sgd-line.yaml")
    page = pages.worksheet(problem, "md")
    assert r"$$\alpha = 0.01$$" in page
    assert all(f"`{part.step}`" in page for part in problem.parts)
    assert "32 points in all" in page
    assert "0.524" not in page
    assert "1.27363" not in page


def test_prose_keeps_its_mathematics() -> None:
    """Between dollars an author's mathematics stays as it is; around them text is text."""
    spec = "family: sgd\nstatement: 'Take $w_1 < 2$ & 50% of it.'\n"
    spec += "given: {w: 1, b: 0, lr: 1, x: [1], y: [1]}\n"
    problem = read_problem(read_yaml(spec), "p")
    assert r"Take $w_1 < 2$ \& 50\% of it." in pages.worksheet(problem, "tex")
    assert r"Take $w_1 < 2$ \& 50% of it." in pages.worksheet(problem, "md")


@pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="no pdflatex on this machine (Debian: texlive-latex-base, lmodern)"
)
@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.stem)
@pytest.mark.parametrize("page", [pages.key, pages.worksheet], ids=lambda page: page.__name__)
def test_latex_sets_the_page(path: Path, page: object, tmp_path: Path) -> None:
    """A plain pdflatex makes a PDF of it, with no error."""
    assert callable(page)
    (tmp_path / "page.tex").write_text(page(grader.load(path), "tex"), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "page.pdf").stat().st_size > 10_000
