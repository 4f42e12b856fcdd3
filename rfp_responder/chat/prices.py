"""What a model costs: a dated list of prices in a data file, and one's own list, which wins.

A model that stands in no list has no price; it costs nothing only where it runs on a machine of one's own.
"""

from __future__ import annotations

import ipaddress
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from rfp_responder.errors import InputError

REMEDY = "Write a price list with this model (TOML, as chat/prices.toml) and name it in RFP_PRICES"
_PER = 1_000_000
_FIELDS = {"input", "output", "cached_input"}
_VERSION = re.compile(r"(?:-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|latest|preview))+")  # "-2024-11-20", "-0613", "-latest"
_FORM = 'expected a table such as [models] "my-model" = { input = 0.50, output = 2.00 }, in dollars a million tokens'


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens; ``cached_input`` is None where it is not known."""

    input: float
    output: float
    cached_input: float | None = None

    def cost(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float:
        """Dollars for so many tokens; ``cached_tokens`` are those of the input that the server had kept."""
        kept = self.input if self.cached_input is None else self.cached_input
        fresh = max(0, input_tokens - cached_tokens)
        return (fresh * self.input + cached_tokens * kept + output_tokens * self.output) / _PER


FREE = Price(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by model, one's own before the shipped ones; ``as_of`` is the day of the shipped list."""

    shipped: Mapping[str, Price]
    own: Mapping[str, Price]
    as_of: date

    def of(self, model: str, base_url: str) -> Price | None:
        """What ``model`` costs on this server; None where nobody knows.

        One's own list comes first, then the shipped one, then the place: a server on a loopback or private address
        costs nothing. A model of the shipped list has its price on such a server too, since a gateway that passes
        requests on is the only way for it to be there.
        """
        name = model.strip().casefold().removeprefix("openai/")
        found = _listed(self.own, model.strip().casefold()) or _listed(self.own, name) or _listed(self.shipped, name)
        return found or (FREE if is_private(base_url) else None)


def load_prices(own: Path | None = None) -> Prices:
    """The shipped list with one's own; raises InputError with the file and what is wrong in it."""
    shipped, as_of = _read(files(__package__).joinpath("prices.toml").read_text("utf-8"), "prices.toml")
    if own is None:
        return Prices(shipped, {}, as_of)
    try:
        text = own.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"price list {own}: cannot be read ({error})", "Name a TOML file in RFP_PRICES") from error
    return Prices(shipped, _read(text, f"price list {own}")[0], as_of)


def is_private(base_url: str) -> bool:
    """Whether a server stands on this machine or in a private network, as far as its address tells."""
    try:
        host = urlsplit(base_url).hostname or ""
    except ValueError:
        return False
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private or address.is_link_local


def _listed(prices: Mapping[str, Price], model: str) -> Price | None:
    """The entry of this name, or of the longest name of which it is a dated version."""
    if model in prices:
        return prices[model]
    families = [name for name in prices if model.startswith(name) and _VERSION.fullmatch(model[len(name) :])]
    return prices[max(families, key=len)] if families else None


def _read(text: str, where: str) -> tuple[dict[str, Price], date]:
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}: is no TOML ({error})", "Correct the file") from error
    models = told.get("models")
    if not isinstance(models, dict) or not models:
        raise InputError(f"{where}: holds no models, {_FORM}", "Correct the file")
    as_of = told.get("as_of")
    prices = {str(name).casefold(): _price(entry, f"{where}, model {name!r}") for name, entry in models.items()}
    return prices, as_of if isinstance(as_of, date) else date.min


def _price(entry: object, where: str) -> Price:
    if not isinstance(entry, dict):
        raise InputError(f"{where}: {entry!r} is no price, {_FORM}", "Correct the file")
    unknown = sorted(set(entry) - _FIELDS)
    if unknown:
        raise InputError(f"{where}: unknown field {unknown[0]!r}, expected input, output, cached_input", "Correct it")
    for name in sorted(_FIELDS):
        value = entry.get(name, 0.0 if name == "cached_input" else None)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise InputError(f"{where}: {name} is {value!r}, expected dollars, 0 or more", "Correct it")
    kept = entry.get("cached_input")
    return Price(float(entry["input"]), float(entry["output"]), None if kept is None else float(kept))
