"""Prompts as files, one per version: a released version never changes; a new version is a new file.

prompts/answer/2.md     header (TOML between lines of +++), then "# system" and "# user" with $variables
prompts/aliases.toml    production = "answer@2"
prompts/released.toml   the digest of every released version
"""

from rfp_responder.prompts.library import ALIASES, PromptLibrary, load_prompt
from rfp_responder.prompts.version import PromptVersion

__all__ = ["ALIASES", "PromptLibrary", "PromptVersion", "load_prompt"]
