"""``rfp doctor``: what stands and what does not, before somebody relies on it. Keys are told as set or not set."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rfp_responder.cli import app
from rfp_responder.cli.documents import IndexOption, JsonOption
from rfp_responder.cli.shown import one_line, print_json
from rfp_responder.errors import InputError, RfpError

if TYPE_CHECKING:
    from rfp_responder.chat.abilities import Abilities
    from rfp_responder.chat.server import OpenAIChat
    from rfp_responder.settings import Settings

Mark = Literal["ok", "note", "fault"]

_NEEDED = ("numpy", "pydantic", "chromadb", "openvino", "tokenizers", "torch", "pypdfium2", "openpyxl", "openai")
_OPTIONAL = ("ragas", "dspy")
_OTHERS = {"RFP_BENCH_DATA"}  # variables of the project's own scripts
_CONNECT = 5.0  # seconds that a server may take to take a call
_PROBE_SCHEMA = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}},
    "required": ["ok"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it stands, and what was seen."""

    area: str
    mark: Mark
    text: str


@app.command()
def doctor(
    probe: Annotated[
        bool, typer.Option("--probe", help="Put a tiny request to the model's server and find out anew what it takes.")
    ] = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what stands and what does not: packages, index, weights, settings, the model's server."""
    from rfp_responder.settings import load_settings

    settings = load_settings(index=index)
    findings = [
        *_python(),
        *_index(settings),
        *_weights(settings),
        *_ocr(settings),
        *_files(settings),
        *_variables(),
        *_prompts(settings),
        *_models(settings, probe),
        *_prices(settings),
    ]
    rows = list(_settings(settings))
    broken = [each for each in findings if each.mark == "fault"]
    if as_json:
        shown = [{"area": each.area, "mark": each.mark, "text": each.text} for each in findings]
        named = [{"name": name, "value": value, "from": source} for name, value, source in rows]
        print_json({"ok": not broken, "findings": shown, "settings": named})
    else:
        typer.echo("\n".join(f"{each.mark:<5}  {each.area}: {one_line(each.text)}" for each in findings))
        typer.echo("settings that are not as delivered:")
        changed = [f"  {name} = {one_line(value)}  ({source})" for name, value, source in rows if source != "default"]
        typer.echo("\n".join(changed or ["  none"]))
    if broken:
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        raise RfpError(f"not all that is configured stands: {broken[0].area}: {broken[0].text}{more}")


def _python() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    from rfp_responder import __version__

    def of(package: str) -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return ""

    held = {package: of(package) for package in _NEEDED}
    more = {package: found for package in _OPTIONAL if (found := of(package))}
    python = ".".join(map(str, sys.version_info[:3]))
    shown = ", ".join(f"{package} {found}" for package, found in {**held, **more}.items() if found)
    yield Finding("packages", "ok", f"rfp_responder {__version__}, Python {python}, {shown}")
    for package, found in held.items():
        if not found:
            yield Finding("packages", "fault", f"{package} is not installed; install rfp-responder anew")


def _index(settings: Settings) -> Iterator[Finding]:
    from rfp_responder.assemble import open_knowledge_base

    if not (settings.index / "manifest.sqlite").is_file():
        yield Finding("index", "note", f"none in {settings.index} yet: run `rfp ingest PATH...`")
        return
    try:
        knowledge = open_knowledge_base(settings)
        rows = knowledge.documents()
        waiting, blocks = knowledge.warming()
        knowledge.check_model()
    except RfpError as error:
        yield Finding("index", "fault", str(error))
        return
    chunks = sum(row.chunks for row in rows)
    yield Finding("index", "ok" if rows else "note", f"{settings.index}: {len(rows)} documents, {chunks} chunks")
    if waiting:
        share = f"{waiting} of {blocks} passages wait for their vectors"
        yield Finding("index", "note", f"{share}: `rfp docs embed` makes them, and so does asking")


def _weights(settings: Settings) -> Iterator[Finding]:
    from rfp_responder.assemble import make_embedder

    try:
        identity = make_embedder(settings).identity
    except (RfpError, OSError) as error:
        yield Finding("embedding model", "fault", str(error))
        return
    yield Finding("embedding model", "ok", f"{identity.name}, {identity.dimension} dimensions, {identity.digest[:12]}")


def _ocr(settings: Settings) -> Iterator[Finding]:
    from rfp_responder.ingest.ocr import available

    if not settings.ocr:
        yield Finding("OCR", "note", "switched off: pages that are pictures are not read")
    elif available():
        yield Finding("OCR", "ok", "tesseract is there")
    else:
        yield Finding("OCR", "note", "tesseract was not found: pages that are pictures are not read")


def _files(settings: Settings) -> Iterator[Finding]:
    """Files that settings name and that have to be there."""
    for name in ("api_key_file", "tokenizer", "prices"):
        path: Path | None = getattr(settings, name)
        if path is not None and not os.access(path, os.R_OK):
            yield Finding(f"setting {name}", "fault", f"{path} cannot be read, expected a file")


def _prompts(settings: Settings) -> Iterator[Finding]:
    """The prompts that answer, and every other file of a version; a released one that has changed is a fault."""
    from rfp_responder.prompts import PromptLibrary

    try:
        library = PromptLibrary(settings.prompts)
        faults = library.readable()[1]
    except InputError as error:
        yield Finding("prompts", "fault", str(error))
        return
    used = {"prompt": settings.prompt} | ({"candidate": "candidate"} if settings.canary else {})
    told = set()
    for area, named in used.items():
        try:
            version = library.find(named)
        except InputError as error:
            share = f"canary (RFP_CANARY) is {settings.canary:g}: " if area == "candidate" else ""
            told.add(str(error))
            yield Finding(area, "fault" if settings.model else "note", f"{share}{error}")
            continue
        place = "own" if library.is_own(version) else "shipped"
        released = "released" if library.is_released(version) else "not released"
        shown = version.ref if version.ref == named else f"{named} is {version.ref}"
        yield Finding(area, "ok", f"{shown} ({place}, {released}, sha256 {version.digest[:12]})")
    for fault in faults:
        if str(fault) not in told:
            yield Finding("prompts", "fault" if "released" in fault.what else "note", str(fault))


def _prices(settings: Settings) -> Iterator[Finding]:
    """Models whose cost cannot be told."""
    from rfp_responder.chat.prices import REMEDY
    from rfp_responder.cli.measuring import unpriced

    try:
        names = unpriced(settings)
    except InputError:
        return  # told of the model, or of the setting prices
    for name in names:
        yield Finding(
            "price", "note", f"of model {name} is not known: its cost is not told, and no cap holds it. {REMEDY}"
        )


def _variables() -> Iterator[Finding]:
    """Variables that look like settings and are none."""
    from difflib import get_close_matches

    from rfp_responder.settings import Settings

    known = [f"RFP_{name.upper()}" for name in Settings.model_fields]
    for name in sorted(os.environ):
        if not name.upper().startswith("RFP_") or name.upper() in known or name in _OTHERS:
            continue
        near = get_close_matches(name.upper(), known, 1, 0.75)
        meant = f"; {near[0]} may be meant" if near else ""
        yield Finding("environment", "fault" if near else "note", f"{name} is no setting and does nothing{meant}")


def _settings(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Every setting in effect, and where it comes from; a key is only told to be set."""
    import tomllib

    from pydantic import SecretStr

    from rfp_responder.chat.abilities import shown_url

    environment = {name.upper() for name, value in os.environ.items() if value}
    file = Path("rfp.toml")
    written = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        shown = shown_url(value) if name.endswith("base_url") else str(value)
        if isinstance(value, SecretStr):
            shown = "set" if value.get_secret_value() else "not set"
        source = "default"
        if f"RFP_{name.upper()}" in environment:
            source = f"RFP_{name.upper()}"
        elif name in written:
            source = "rfp.toml"
        if name == "index" and value != field.default and source == "default":
            source = "--index"
        yield name, shown, source


def _models(settings: Settings, probe: bool) -> Iterator[Finding]:
    from rfp_responder.assemble.models import ability_store, make_server, named_models

    try:
        small, others = named_models(settings)
        store = ability_store(settings)
        models = [make_server(settings, each, store) for each in (*others, *([small] if small else []))]
    except InputError as error:
        yield Finding("model", "fault", str(error))
        return
    if not models:
        yield Finding("model", "ok", "none is named: answers are made offline, nothing leaves the machine")
    for model in models:
        area = f"model {model.name}"
        if probe:
            yield from _probed(model, area)
            continue
        what = _unreachable(model.base_url)
        if what:
            yield Finding(area, "fault", f"{model.base_url} {what}")
            continue
        yield Finding(area, "ok", f"{model.base_url} takes calls; {taken(model.abilities)}")


def _probed(model: OpenAIChat, area: str) -> Iterator[Finding]:
    """Forget what is known, and ask for one word of JSON."""
    import time

    from rfp_responder.domain import Sampling
    from rfp_responder.errors import ModelReplyError
    from rfp_responder.protocols import ModelRequest

    model.forget()
    request = ModelRequest(
        'You are asked whether you are there. Reply with the JSON {"ok": true} and nothing else.',
        "Are you there?",
        _PROBE_SCHEMA,
        Sampling(top_p=1.0, frequency_penalty=0.0, seed=1, max_tokens=512),
    )
    begun = time.monotonic()
    try:
        reply = model.reply(request, lambda _: None)
    except ModelReplyError as error:  # it is there and talks; a small model may write on and on
        yield Finding(area, "note", f"{error}")
        return
    except RfpError as error:
        yield Finding(area, "fault", str(error))
        return
    seconds = time.monotonic() - begun
    counted = (
        f"{reply.input_tokens} tokens in, {reply.output_tokens} out" if reply.input_tokens else "tokens not counted"
    )
    yield Finding(area, "ok", f"{model.base_url} replied in {seconds:.1f} s ({counted}); {taken(model.abilities)}")


def _unreachable(url: str) -> str:
    """Why a server cannot be called; "" where it takes a call, or where a proxy stands between."""
    import socket
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        return f"is no address of a server ({error})"
    if parts.scheme not in {"http", "https"} or not host:
        return "is no address of a server, expected one such as http://localhost:11434/v1"
    if parts.scheme in getproxies() and not proxy_bypass(host):
        return ""
    try:
        socket.create_connection((host, port), timeout=_CONNECT).close()
    except (OSError, UnicodeError) as error:
        return f"takes no calls ({error}): start the server, correct RFP_BASE_URL, or unset RFP_MODEL"
    return ""


def taken(abilities: Abilities) -> str:
    """What a server takes, in words, and since when that is known."""
    from datetime import datetime

    if not abilities.since:
        return "what it takes is found out at the first question (or by --probe)"
    found = datetime.fromtimestamp(abilities.since).astimezone().isoformat(timespec="minutes")
    parts = [f"JSON by {abilities.form}", "streams" if abilities.streams else "does not stream"]
    if abilities.renamed_max:
        parts.append("max_completion_tokens for max_tokens")
    if abilities.one_message:
        parts.append("no system message")
    if abilities.dropped:
        parts.append(f"refuses {', '.join(abilities.dropped)}")
    return f"{'; '.join(parts)} (found {found})"
