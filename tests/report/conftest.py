"""A course in a folder of its own, as the tests of a run have it."""

from tests.run.conftest import course

__all__ = ["course"]
