"""Replies kept and recorded: the very same request only, whole replies only, nothing of a key in the file."""

from __future__ import annotations

import json
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from rfp_responder.chat.cache import CachedChat, CacheMode, ReplyCache, has_required, request_digest
from rfp_responder.chat.recorded import RecordedModel, RecordingChat
from rfp_responder.chat.scripted import ScriptedModel
from rfp_responder.domain import Sampling
from rfp_responder.errors import InputError, ModelBusyError, ModelReplyError
from rfp_responder.protocols import ModelRequest

SCHEMA = {"type": "object", "required": ["claims"]}
REQUEST = ModelRequest("system", "user", SCHEMA)
WHOLE = '{"claims": []}'


def cached(tmp_path: Path, model: ScriptedModel, mode: CacheMode = "write") -> CachedChat:
    return CachedChat(model, ReplyCache(tmp_path / "replies.sqlite", create=mode == "write"), mode)


def test_the_same_request_is_asked_once_and_costs_nothing_again(tmp_path: Path) -> None:
    model = ScriptedModel([WHOLE])
    first, again = cached(tmp_path, model).reply(REQUEST), cached(tmp_path, model).reply(REQUEST)
    assert model.calls == 1
    assert not first.cached
    assert first.input_tokens > 0
    assert (again.text, again.cached, again.input_tokens, again.output_tokens, again.cost_usd) == (WHOLE, True, 0, 0, 0)


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, system="other"),
        replace(REQUEST, user="other"),
        replace(REQUEST, schema={"type": "object"}),
        replace(REQUEST, sampling=Sampling(temperature=0.5)),
        replace(REQUEST, sampling=Sampling(seed=1)),
        replace(REQUEST, sampling=Sampling(max_tokens=7)),
    ],
)
def test_a_request_that_differs_in_anything_is_asked(other: ModelRequest, tmp_path: Path) -> None:
    model = ScriptedModel([WHOLE])
    chat = cached(tmp_path, model)
    chat.reply(REQUEST)
    chat.reply(other)
    assert model.calls == 2


def test_two_models_do_not_share_replies(tmp_path: Path) -> None:
    cached(tmp_path, ScriptedModel([WHOLE], name="a")).reply(REQUEST)
    other = ScriptedModel([WHOLE], name="b")
    cached(tmp_path, other).reply(REQUEST)
    assert other.calls == 1


def test_the_order_of_a_schemas_keys_does_not_matter() -> None:
    turned = replace(REQUEST, schema=dict(reversed(SCHEMA.items())))
    assert request_digest("m", REQUEST) == request_digest("m", turned)


def test_to_read_adds_nothing_and_makes_no_file(tmp_path: Path) -> None:
    model = ScriptedModel([WHOLE])
    chat = cached(tmp_path, model, "read")
    chat.reply(REQUEST)
    chat.reply(REQUEST)
    assert model.calls == 2
    assert list(tmp_path.iterdir()) == []
    cached(tmp_path, model).reply(REQUEST)
    assert cached(tmp_path, model, "read").reply(REQUEST).cached
    cached(tmp_path, model, "read").reply(replace(REQUEST, user="new"))
    assert len(ReplyCache(tmp_path / "replies.sqlite", create=False)) == 1


@pytest.mark.parametrize("text", ['{"claims": [', "no JSON", '{"other": 1}', "", "[1, 2]"])
def test_a_reply_that_cannot_be_used_is_asked_for_again(text: str, tmp_path: Path) -> None:
    model = ScriptedModel([text, WHOLE])
    assert not cached(tmp_path, model).reply(REQUEST).cached
    assert cached(tmp_path, model).reply(REQUEST).text == WHOLE
    assert cached(tmp_path, model).reply(REQUEST).cached


@pytest.mark.parametrize("text", [WHOLE, f"```json\n{WHOLE}\n```", f"<think>so {{x}}</think>{WHOLE}"])
def test_a_whole_reply_is_known_in_its_wrapping(text: str) -> None:
    assert has_required(REQUEST, text)


def test_a_kept_reply_that_no_longer_fits_is_not_served(tmp_path: Path) -> None:
    model = ScriptedModel([WHOLE])
    cache = ReplyCache(tmp_path / "r.sqlite", create=True)
    CachedChat(model, cache, "write").reply(REQUEST)
    CachedChat(model, cache, "write", fits=lambda _request, _text: False).reply(REQUEST)
    assert model.calls == 2


def test_a_failed_request_leaves_nothing(tmp_path: Path) -> None:
    model = ScriptedModel([ModelBusyError("429"), WHOLE])
    chat = cached(tmp_path, model)
    with pytest.raises(ModelBusyError):
        chat.reply(REQUEST)
    assert chat.reply(REQUEST).text == WHOLE


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    cached(tmp_path, ScriptedModel([WHOLE])).reply(REQUEST)
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


@pytest.mark.parametrize("mode", ["read", "write"])
def test_a_damaged_file_is_one_line_with_its_remedy(mode: CacheMode, tmp_path: Path) -> None:
    (tmp_path / "replies.sqlite").write_bytes(b"no database at all, " * 100)
    with pytest.raises(InputError, match=r"replies\.sqlite: is damaged .*Remove the file"):
        cached(tmp_path, ScriptedModel([WHOLE]), mode)


def test_several_threads_and_two_openings_share_the_file(tmp_path: Path) -> None:
    caches = [ReplyCache(tmp_path / "r.sqlite", create=True) for _ in range(2)]

    def work(number: int) -> None:
        caches[number % 2].put(f"d{number}", "m", f"text {number}")
        assert caches[1 - number % 2].get(f"d{number}") == f"text {number}"

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(120)))
    assert len(caches[0]) == 120


def test_the_listener_hears_a_kept_reply(tmp_path: Path) -> None:
    chat, heard = cached(tmp_path, ScriptedModel([WHOLE])), list[str]()
    chat.reply(REQUEST)
    chat.reply(REQUEST, heard.append)
    assert heard == [WHOLE]


def test_what_was_recorded_is_played_again(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    recording = RecordingChat(ScriptedModel(lambda user: f"said of {user}", name="m"), path)
    requests = [replace(REQUEST, user=f"user {n}") for n in range(3)]
    said = [recording.reply(request) for request in requests]
    played = RecordedModel(path)
    assert played.name == "m"
    assert [played.reply(request) for request in reversed(requests)] == said[::-1]


def test_what_was_not_recorded_says_how_to_record_it(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    RecordingChat(ScriptedModel(["x"]), path).reply(REQUEST)
    with pytest.raises(ModelReplyError, match="Record anew"):
        RecordedModel(path).reply(replace(REQUEST, user="new"))


def test_lines_of_several_threads_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    start = threading.Barrier(4)
    recording = RecordingChat(ScriptedModel(["x" * 20_000]), path)

    def work(number: int) -> None:
        start.wait(20)
        recording.reply(replace(REQUEST, user=str(number)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len({json.loads(line)["digest"] for line in path.read_text("utf-8").splitlines()}) == 4


@pytest.mark.parametrize("text", ["", "{", '{"digest": "x"}\n', "[]\n"])
def test_a_record_that_cannot_be_read_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match="recorded replies"):
        RecordedModel(path)
