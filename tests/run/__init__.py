"""Runs of `grader grade` over a folder, one after the other."""
