"""Marks out: a function for each format that others read."""
