"""The page formats of mathematics: each is one function from layouts to text, in a file of its own."""

from grader.expression.latex import escaped_latex, latex
from grader.expression.mathml import mathml
from grader.expression.plain import plain, plain_block
from grader.expression.typst import typst

__all__ = ["escaped_latex", "latex", "mathml", "plain", "plain_block", "typst"]
