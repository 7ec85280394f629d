"""Mistakes that nobody named, found in an answer: single edits of a step's formula, patterns of entries, sizes."""
