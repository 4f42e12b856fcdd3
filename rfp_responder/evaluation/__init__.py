"""Evaluation: a gold set, what each case scored, and how sure one can be of it."""
