"""Prompts as files, one per version: a released version never changes; a new version is a new file.

prompts/answer/2.md     header (TOML between lines of +++), then "# system" and "# user" with $variables
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from rfp_responder.domain import Sampling


@dataclass(frozen=True, slots=True)
class PromptVersion:
    """One version of a prompt. ``number`` counts from 1; ``digest`` is the sha256 of its file (line ends as LF).

    ``contract`` names the form of the reply that it asks for. ``user`` is a template (``string.Template``).
    """

    name: str
    number: int
    purpose: str
    owner: str
    created: date
    why: str
    contract: str
    risk: str
    reviewed: date
    sampling: Sampling
    system: str
    user: str
    digest: str

    @property
    def ref(self) -> str:
        """How it is named: ``answer@2``."""
        return f"{self.name}@{self.number}"


@lru_cache(maxsize=32)
def load_prompt(ref: str) -> PromptVersion:
    """The shipped version ``name@number``."""
    name, _, number = ref.partition("@")
    return read_prompt(files(__package__).joinpath(name, f"{number}.md"), name, int(number))


def read_prompt(path: Traversable, name: str, number: int) -> PromptVersion:
    """A version from its file."""
    text = path.read_text("utf-8").replace("\r\n", "\n")
    _, header, body = text.split("+++\n", 2)
    told = tomllib.loads(header)
    system, _, user = body.partition("\n# user\n")
    return PromptVersion(
        name=name,
        number=number,
        purpose=told["purpose"],
        owner=told["owner"],
        created=told["created"],
        why=told["why"],
        contract=told["contract"],
        risk=told["risk"],
        reviewed=told["reviewed"],
        sampling=Sampling(**told["sampling"]),
        system=system.strip().removeprefix("# system").strip(),
        user=user.strip(),
        digest=sha256(text.encode()).hexdigest(),
    )
