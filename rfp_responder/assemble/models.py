"""Settings to chat models: which are asked, in what order, at what pace, at what price, by which prompt."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rfp_responder.errors import InputError
from rfp_responder.staged import staged
from rfp_responder.text import shortened

if TYPE_CHECKING:
    from rfp_responder.answer.context import Packing
    from rfp_responder.chat.abilities import AbilityStore
    from rfp_responder.chat.cache import Fits
    from rfp_responder.chat.cost import Budget
    from rfp_responder.chat.pace import Pace
    from rfp_responder.chat.server import OpenAIChat
    from rfp_responder.chat.stop import Stop
    from rfp_responder.prompts import PromptVersion
    from rfp_responder.protocols import Answerer, ChatModel, Listener, ModelRequest
    from rfp_responder.settings import Settings

_MOST_OF_A_KEY = 4096  # characters that are read of a key's file
_SECRET = 32  # bytes


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a command adds to the settings: the budget of its run, who hears a reply while it is written, whether
    requests are counted instead of sent (``estimating``), and the sign that the run is over."""

    budget: Budget | None = None
    listener: Listener | None = None
    estimating: bool = False
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A model as the settings name it; ``key_setting`` is where its key comes from."""

    name: str
    base_url: str
    key: str


def named_models(settings: Settings) -> tuple[Named | None, list[Named]]:
    """The small model, if any, and the others: the strong one first, then those that step in for it.

    Raises InputError where a key's file cannot be read or an address is none.
    """
    key = _checked_key("api_key", api_key(settings))
    base_url = _checked_url("base_url", settings.base_url)
    names = [settings.model, *(name.strip() for name in settings.fallback_models.split(","))]
    others = [Named(name, base_url, key) for name in dict.fromkeys(names) if name]
    small = None
    if settings.small_model:
        own = _checked_key("small_api_key", settings.small_api_key.get_secret_value())
        there = _checked_url("small_base_url", settings.small_base_url or base_url)
        # a key is sent to the server that it was given for, and to no other
        same = there.rstrip("/") == base_url.rstrip("/")
        small = Named(settings.small_model, there, own or (key if same else ""))
    return small, others


def _checked_url(setting: str, url: str) -> str:
    from rfp_responder.chat.abilities import shown_url

    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False  # a port that is no number, a bracket without its twin
    if known:
        return url
    raise InputError(
        f"setting {setting}: {shortened(shown_url(url), 100)!r} is no address of a server",
        f"Set RFP_{setting.upper()} to a URL such as http://localhost:11434/v1",
    )


def _checked_key(setting: str, key: str) -> str:
    """The key; it is never shown, so the fault names the setting alone."""
    if key.isascii() and key.isprintable():
        return key
    raise InputError(f"setting {setting}: holds characters that no key has", f"Correct RFP_{setting.upper()}")


def api_key(settings: Settings) -> str:
    """The key from the environment or rfp.toml, else the first line of ``api_key_file``; ``""`` where none is given."""
    key = settings.api_key.get_secret_value()
    if key or settings.api_key_file is None:
        return key
    try:
        text = settings.api_key_file.read_text("utf-8")[:_MOST_OF_A_KEY].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"setting api_key_file: {settings.api_key_file} cannot be read ({type(error).__name__})",
            "Name a text file that holds the key alone",
        ) from error
    if not text:
        raise InputError(f"setting api_key_file: {settings.api_key_file} is empty", "Put the key into it, one line")
    return text.splitlines()[0].strip()


def ability_store(settings: Settings) -> AbilityStore:
    """What servers were found to take, kept beside the index."""
    from rfp_responder.chat.abilities import AbilityStore

    return AbilityStore(settings.index / "servers.json")


def make_server(
    settings: Settings,
    model: Named,
    abilities: AbilityStore | None = None,
    *,
    limited: bool = False,
    stop: Stop | None = None,
) -> OpenAIChat:
    """The bare model behind its server; ``limited`` where each of its replies has to have a limit of tokens."""
    from rfp_responder.chat.server import OpenAIChat, Server

    server = Server(model.base_url, model.key, settings.timeout)
    return OpenAIChat(model.name, server, abilities or ability_store(settings), limited=limited, stop=stop)


class ModelKit:
    """Makes the models of one run: they share the pace of each server, the price list, the budget and the cache."""

    def __init__(self, settings: Settings, wiring: Wiring) -> None:
        """Raises InputError for a price list, a tokenizer or a cache that cannot be used."""
        from rfp_responder.chat.cache import ReplyCache
        from rfp_responder.chat.prices import load_prices
        from rfp_responder.chat.stop import Stop
        from rfp_responder.chat.tokens import TokenCounter

        self._settings, self._wiring = settings, wiring
        self._stop = wiring.stop or Stop()
        self._prices = load_prices(settings.prices)
        self._counter = TokenCounter(settings.tokenizer)
        self._abilities = ability_store(settings)
        self._paces: dict[str, Pace] = {}
        self._cache = None
        if settings.reply_cache != "off":
            create = settings.reply_cache == "write" and not wiring.estimating
            self._cache = ReplyCache(settings.index / "replies.sqlite", create=create)

    def chat(self, model: Named, fits: Fits | None = None) -> ChatModel:
        """One model: asked with patience, at its server's pace, priced, within the budget, cached where wanted.

        ``fits`` says which replies are kept in the cache.
        """
        from rfp_responder.chat.cache import CachedChat
        from rfp_responder.chat.cost import PricedChat
        from rfp_responder.chat.estimate import EstimatingChat
        from rfp_responder.chat.patient import PatientChat
        from rfp_responder.chat.prices import FREE

        price = self._prices.of(model.name, model.base_url)
        if self._wiring.estimating:
            asked: ChatModel = EstimatingChat(model.name, price, self._counter)
        else:
            settings, budget = self._settings, self._wiring.budget
            limited = budget is not None and budget.limit is not None and price != FREE
            server = make_server(settings, model, self._abilities, limited=limited, stop=self._stop)
            priced = PricedChat(server, price, budget, self._counter)  # each try has its price
            asked = PatientChat(
                priced,
                self._pace(model.base_url),
                settings.max_retries,
                settings.max_wait,
                count_tokens=self._counter.count,
                stop=self._stop,
            )
        if self._cache is not None and self._settings.reply_cache != "off":
            mode = "read" if self._wiring.estimating else self._settings.reply_cache
            return CachedChat(asked, self._cache, mode, fits)
        return asked

    def _pace(self, base_url: str) -> Pace:
        from rfp_responder.chat.pace import Pace

        if base_url not in self._paces:
            limits = self._settings
            self._paces[base_url] = Pace(
                limits.requests_per_minute, limits.tokens_per_minute, limits.parallel, stop=self._stop
            )
        return self._paces[base_url]

    def packing(self) -> Packing:
        """How passages are shown to these models."""
        from rfp_responder.answer.context import Packing

        settings = self._settings
        secret = installed_secret(settings.index, keep=not self._wiring.estimating)
        return Packing(settings.context_tokens, settings.context_passages, self._counter.count, secret)

    def answerer(self, model: Named, prompt: PromptVersion, packing: Packing) -> Answerer:
        """One model with one prompt."""
        from rfp_responder.answer.chat import ChatAnswerer
        from rfp_responder.answer.contracts import contract

        form = contract(prompt.contract)

        def fits(_: ModelRequest, text: str) -> bool:
            try:
                form.read(text)
            except ValueError:
                return False  # asked for anew at the next run, never served again
            return True

        return ChatAnswerer(self.chat(model, fits), prompt, packing, self._wiring.listener, date.today())


def installed_secret(folder: Path, *, keep: bool = True) -> bytes:
    """The secret that names passages in requests, made once for each index; a new one where it cannot, or is not to
    be, kept."""
    path = folder / "secret"
    try:
        found = path.read_bytes()
        if len(found) == _SECRET:
            return found
    except OSError:
        pass  # not made yet, or not ours to read: both mean a new one
    made = secrets.token_bytes(_SECRET)
    if not keep:
        return made
    with suppress(OSError), staged(path, private=True) as file:  # a folder that takes none: a new one each time
        file.write(made)
    return made


def find_prompt(settings: Settings, named: str) -> PromptVersion:
    """The prompt version behind an alias or a name such as ``answer@2``; raises InputError."""
    from rfp_responder.prompts import PromptLibrary

    return PromptLibrary(settings.prompts).find(named)


def routed(settings: Settings, wiring: Wiring, offline: Answerer | None) -> Answerer:
    """The models of the settings as one answerer: the right one first, the next when it fails, then ``offline``.

    With a canary, a share of the questions goes the same way with the candidate prompt.
    """
    from rfp_responder.answer.canary import CanaryAnswerer
    from rfp_responder.answer.route import RoutedAnswerer

    kit = ModelKit(settings, wiring)
    small, others = named_models(settings)
    packing = kit.packing()

    def by(prompt: PromptVersion) -> Answerer:
        strong, *rest = [kit.answerer(model, prompt, packing) for model in others]
        helper = kit.answerer(small, prompt, packing) if small else None
        return RoutedAnswerer(strong, helper, rest, offline)

    production = by(find_prompt(settings, settings.prompt))
    if not settings.canary:
        return production
    try:
        candidate = find_prompt(settings, "candidate")
    except InputError as error:
        raise InputError(
            f"setting canary (RFP_CANARY) is {settings.canary:g}: {error.what}", f"{error.remedy}, or set RFP_CANARY=0"
        ) from error
    return CanaryAnswerer(production, by(candidate), settings.canary)
