"""Prompts as files: a released prompt never changes; a new version is a new file."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=8)
def load_prompt(name: str) -> str:
    """The text of prompt ``name`` (``answer-v1``)."""
    return files(__package__).joinpath(f"{name}.md").read_text("utf-8")
