"""Model access over a real client and a real socket: what is asked, what is learned, and every way to misbehave."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.chat.abilities import DOUBTED, KEPT, Abilities, AbilityStore, shown_url
from rfp_responder.chat.faults import UnfinishedReplyError, UnwrittenReplyError
from rfp_responder.chat.server import OpenAIChat
from rfp_responder.chat.stop import Stop, StoppedError
from rfp_responder.chat.wire import Masked
from rfp_responder.domain import Sampling
from rfp_responder.errors import CostLimitError, ModelBusyError, ModelDownError, ModelError, ModelReplyError
from rfp_responder.protocols import ModelRequest
from tests.model_server import ModelServer, Sent, event, fault, model_server, said, streamed

SCHEMA: dict[str, object] = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
REQUEST = ModelRequest("Be brief.", "Say a.", SCHEMA)
KEY = "sk-very-secret-7"
GOOD = '{"a": 1}'


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def chat(server: ModelServer, store: AbilityStore | None = None, **options: Any) -> OpenAIChat:
    return OpenAIChat("m", server.server(api_key=KEY, **options), store)


def fault_of(
    model: OpenAIChat, kind: type[ModelError], listening: bool = False, request: ModelRequest = REQUEST
) -> str:
    with pytest.raises(ModelError) as caught:
        model.reply(request, (lambda _: None) if listening else None)
    assert type(caught.value) is kind, caught.value
    told = str(caught.value)
    assert "\n" not in told
    assert KEY not in told
    assert len(told) < 500
    return told


def forms(server: ModelServer) -> list[str]:
    """How each request asked for JSON."""
    held = [request.get("response_format") for request in server.asked]
    return [f"{form['type']}{'+schema' if 'schema' in form else ''}" if form else "text" for form in held]


def refusing(status: int, *refused: str, message: str = "'{}' is not supported") -> Any:
    """A server that refuses requests which ask for JSON in one of these ways, and answers the others."""

    def reply(request: dict[str, Any]) -> Sent:
        form = request.get("response_format") or {"type": "text"}
        kind = f"{form['type']}{'+schema' if 'schema' in form else ''}"
        return fault(status, message.format(f"response_format {kind}")) if kind in refused else said(GOOD)

    return reply


# -- what is asked ------------------------------------------------------------------------------------------


def test_only_what_is_set_is_sent(server: ModelServer) -> None:
    sampling = Sampling(temperature=None, top_p=0.9, seed=7, max_tokens=99)
    chat(server).reply(ModelRequest("s", "u", SCHEMA, sampling))
    chat(server).reply(ModelRequest("s", "u", SCHEMA, Sampling(frequency_penalty=0.5)))
    first, second = ({k: v for k, v in each.items() if k in SAMPLING} for each in server.asked)
    assert first == {"top_p": 0.9, "seed": 7, "max_tokens": 99}
    assert second == {"temperature": 0.0, "frequency_penalty": 0.5, "max_tokens": 1024}


SAMPLING = {"temperature", "top_p", "frequency_penalty", "seed", "max_tokens", "max_completion_tokens", "stream"}


def test_one_call_is_one_request_and_the_client_is_opened_once(server: ModelServer) -> None:
    server.reply = lambda _: said(GOOD)
    model = chat(server)
    threads = [threading.Thread(target=lambda: model.reply(REQUEST)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.asked) == 8
    server.reply = lambda _: fault(503)
    fault_of(model, ModelBusyError)
    assert len(server.asked) == 9


EVERY = ("json_schema", "json_object+schema", "json_object")

# -- what is learned ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refused", "asked"),
    [
        ((), ["json_schema"]),
        (("json_schema",), ["json_schema", "json_object+schema"]),
        (("json_schema", "json_object+schema"), ["json_schema", "json_object+schema", "json_object"]),
        (EVERY, ["json_schema", "json_object+schema", "json_object", "text"]),
    ],
)
@pytest.mark.parametrize("status", [400, 422])
def test_the_strictest_format_that_works_is_found_and_kept(
    status: int, refused: tuple[str, ...], asked: list[str], server: ModelServer
) -> None:
    server.reply = refusing(status, *refused)
    model = chat(server)
    assert [model.reply(REQUEST).text for _ in range(3)] == [GOOD] * 3
    assert forms(server) == [*asked, asked[-1], asked[-1]]


@pytest.mark.parametrize("refused", [EVERY[:1], EVERY[:2], EVERY])
@pytest.mark.parametrize("status", [400, 415, 422])
def test_a_format_that_is_refused_without_a_word_is_given_up_at_the_second_time_and_for_an_hour(
    status: int, refused: tuple[str, ...], server: ModelServer
) -> None:
    now = [1_000_000.0]
    server.reply = refusing(status, *refused, message="Bad Request")
    model = chat(server, AbilityStore(clock=lambda: now[0]))
    assert [model.reply(REQUEST).text for _ in range(3)] == [GOOD] * 3
    tried = [*refused, (*EVERY, "text")[len(refused)]]
    assert forms(server) == [*tried, *tried, tried[-1]]
    assert f"json_schema: status {status}, Bad Request" in model.abilities.seen[0]
    now[0] += DOUBTED + 1
    assert model.abilities == Abilities()


def test_one_vague_refusal_that_passes_does_not_cost_the_format_nor_what_was_named(server: ModelServer) -> None:
    server.in_turn(fault(400, "unknown field: seed"), fault(400, "Bad Request"), said(GOOD))
    model = chat(server)
    for _ in range(2):
        model.reply(ModelRequest("s", "u", SCHEMA, Sampling(seed=1)))
    assert forms(server) == ["json_schema", "json_schema", "json_object+schema", "json_schema"]
    assert (model.abilities.form, model.abilities.dropped) == ("json_schema", ("seed",))
    assert "seed" in model.abilities.seen[0]


def test_a_server_that_only_refuses_the_schema_beside_json_object_keeps_json_object(server: ModelServer) -> None:
    def reply(request: dict[str, Any]) -> Sent:
        form = request.get("response_format") or {}
        if form.get("type") == "json_schema":
            return fault(400, "This response_format type is unavailable now")
        if "schema" in form:
            return fault(400, "Unknown parameter: 'response_format.schema'.", param="response_format.schema")
        return said(GOOD)

    server.reply = reply
    model = chat(server)
    assert model.reply(REQUEST).text == GOOD
    assert forms(server) == ["json_schema", "json_object+schema", "json_object"]
    assert '"a"' in server.asked[-1]["messages"][0]["content"]
    assert model.abilities.form == "json_object"


def test_llama_cpps_500_with_a_validation_message_is_about_the_format(server: ModelServer) -> None:
    message = (
        "1 validation error:\n  {'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input "
        "should be 'text' or 'json_object'\", 'input': 'json_schema'}"
    )
    server.reply = refusing(500, "json_schema", message=message.replace("{", "{{").replace("}", "}}"))
    model = chat(server)
    assert model.reply(REQUEST).text == GOOD
    assert model.abilities.form == "json_object with schema"
    assert "literal_error" in model.abilities.seen[0]


def test_what_was_learned_is_known_to_the_next_process_and_forgotten_on_demand(
    server: ModelServer, tmp_path: Path
) -> None:
    server.reply = refusing(400, "json_schema")
    file = tmp_path / "servers.json"
    chat(server, AbilityStore(file)).reply(REQUEST)
    later = chat(server, AbilityStore(file))
    later.reply(REQUEST)
    assert forms(server) == ["json_schema", "json_object+schema", "json_object+schema"]
    later.forget()
    chat(server, AbilityStore(file)).reply(REQUEST)
    assert forms(server)[3:] == ["json_schema", "json_object+schema"]
    held = file.read_text("utf-8")
    assert KEY not in held
    assert server.url in held


def test_two_models_of_one_server_are_told_apart(server: ModelServer) -> None:
    store = AbilityStore()
    server.reply = refusing(400, "json_schema")
    OpenAIChat("a", server.server(), store).reply(REQUEST)
    assert store.of(server.url, "a").form != store.of(server.url, "b").form == "json_schema"


def test_what_was_refused_is_asked_for_again_after_a_while(server: ModelServer) -> None:
    now = [1_000_000.0]
    store = AbilityStore(clock=lambda: now[0])
    server.reply = refusing(400, "json_schema")
    model = chat(server, store)
    model.reply(REQUEST)
    server.reply = lambda _: said(GOOD)
    now[0] += KEPT - 1
    model.reply(REQUEST)
    now[0] += 2
    model.reply(REQUEST)
    assert forms(server)[2:] == ["json_object+schema", "json_schema"]


@pytest.mark.parametrize("text", ["", "no json", "[]", "{}", '{"version": 1, "servers": [{"url": "x"}]}', "[" * 9999])
def test_a_damaged_file_counts_as_nothing_known_and_is_mended(text: str, tmp_path: Path) -> None:
    file = tmp_path / "servers.json"
    file.write_text(text, "utf-8")
    store = AbilityStore(file)
    assert store.of("http://x", "m") == Abilities()
    store.learn("http://x", "m", Abilities(form="text"))
    assert AbilityStore(file).of("http://x", "m").form == "text"
    assert [path.name for path in tmp_path.iterdir()] == ["servers.json"]


def test_what_one_process_forgets_another_does_not_bring_back(tmp_path: Path) -> None:
    file = tmp_path / "servers.json"
    first = AbilityStore(file)
    first.learn("http://x", "a", Abilities(form="text"))
    second = AbilityStore(file)
    first.forget("http://x", "a")
    second.learn("http://x", "b", Abilities(form="text"))
    found = AbilityStore(file)
    assert (found.of("http://x", "a").form, found.of("http://x", "b").form) == ("json_schema", "text")


def test_a_place_that_cannot_be_written_to_costs_no_reply(server: ModelServer, tmp_path: Path) -> None:
    server.reply = refusing(400, "json_schema")
    model = chat(server, AbilityStore(tmp_path / "nowhere" / "servers.json"))
    assert [model.reply(REQUEST).text for _ in range(2)] == [GOOD, GOOD]
    assert len(server.asked) == 3


def test_what_is_secret_in_an_address_is_not_written_down_nor_told(server: ModelServer, tmp_path: Path) -> None:
    file = tmp_path / "servers.json"
    server.url = server.url.replace("http://", "http://anna:hidden@")
    model = chat(server, AbilityStore(file))
    model.reply(REQUEST)
    server.reply = lambda _: fault(401)
    assert "hidden" not in fault_of(model, ModelError)
    assert "hidden" not in file.read_text("utf-8")


# -- plain 500s ---------------------------------------------------------------------------------------------


def test_a_passing_500_does_not_cost_the_format(server: ModelServer) -> None:
    model = chat(server)
    for _ in range(5):
        server.in_turn(fault(500, "overloaded"), said(GOOD))
        fault_of(model, ModelBusyError)
        assert model.reply(REQUEST).text == GOOD
    assert set(forms(server)) == {"json_schema"}


def test_an_overload_that_passes_in_the_middle_of_a_request_does_not_cost_the_format(server: ModelServer) -> None:
    model = chat(server)
    server.in_turn(fault(500), fault(500), said(GOOD))
    fault_of(model, ModelBusyError)
    assert model.reply(REQUEST).text == GOOD  # in the next format, by chance
    assert model.reply(REQUEST).text == GOOD
    assert forms(server) == ["json_schema", "json_schema", "json_object+schema", "json_schema"]
    assert model.abilities.form == "json_schema"


def test_many_threads_that_met_one_overload_do_not_cost_the_format(server: ModelServer) -> None:
    together = threading.Barrier(4)

    def reply(request: dict[str, Any]) -> Sent:
        if forms_of(request) == "json_schema":
            together.wait(5)
            return fault(500)
        return said(GOOD)

    server.reply = reply
    model = chat(server)
    threads = [threading.Thread(target=lambda: _quietly(model)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "json_object" in {forms_of(request) for request in server.asked}
    server.reply = lambda _: said(GOOD)
    model.reply(REQUEST)
    assert forms(server)[-1] == "json_schema"


def forms_of(request: dict[str, Any]) -> str:
    return str((request.get("response_format") or {"type": "text"})["type"])


def _quietly(model: OpenAIChat) -> None:
    try:
        model.reply(REQUEST)
    except ModelBusyError:
        return


def test_a_server_that_answers_a_format_with_plain_500s_is_found_out_and_asked_anew_soon(server: ModelServer) -> None:
    now = [1_000_000.0]
    server.reply = refusing(500, "json_schema", message="Internal Server Error")
    model = chat(server, AbilityStore(clock=lambda: now[0]))
    fault_of(model, ModelBusyError)
    for _ in range(4):
        assert model.reply(REQUEST).text == GOOD
    strict, object_ = "json_schema", "json_object+schema"
    assert forms(server) == [strict, strict, object_, strict, object_, object_, object_]
    now[0] += 3_601
    assert model.abilities.form == "json_schema"


def test_500s_for_ever_are_busy_whatever_the_format_and_are_not_multiplied(server: ModelServer) -> None:
    server.reply = lambda _: fault(500, "out of memory")
    model = chat(server)
    for _ in range(6):
        assert "status 500" in fault_of(model, ModelBusyError)
    assert len(server.asked) == 6 + 3  # all formats once
    assert model.abilities == Abilities()


# -- parameters ---------------------------------------------------------------------------------------------


def test_a_reasoning_model_that_refuses_parameters_is_asked_without_them_from_then_on(
    server: ModelServer, tmp_path: Path
) -> None:
    def reply(request: dict[str, Any]) -> Sent:
        code = "unsupported_parameter"
        if "max_tokens" in request:
            told = "Unsupported parameter: 'max_tokens' is not supported with this model."
            told += " Use 'max_completion_tokens' instead."
            return fault(400, told, param="max_tokens", code=code)
        if request.get("temperature") not in {None, 1}:
            told = "Unsupported value: 'temperature' does not support 0.0 with this model."
            told += " Only the default (1) value is supported."
            return fault(400, told, param="temperature", code="unsupported_value")
        for name in ("top_p", "frequency_penalty", "seed"):
            if name in request:
                return fault(400, f"Unsupported parameter: '{name}' is not supported with this model.", code=code)
        return said(GOOD)

    server.reply = reply
    store = AbilityStore(tmp_path / "servers.json")
    request = ModelRequest("s", "u", SCHEMA, Sampling(0.0, 0.9, 0.1, 50, 3))
    chat(server, store).reply(request)
    tries = len(server.asked)
    chat(server, AbilityStore(tmp_path / "servers.json")).reply(request)
    assert len(server.asked) == tries + 1
    last = server.asked[-1]
    assert {name: last[name] for name in SAMPLING & set(last)} == {"max_completion_tokens": 50}
    assert forms_of(last) == "json_schema"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (422, {"message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "not permitted"}]}}),
        (422, {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "input": {"top_p": 1}}]}),
        (400, {"error": 'json: unknown field "seed"'}),
        (
            500,
            {"error": {"message": "[{'type': 'extra_forbidden', 'loc': ('body', 'seed'), 'msg': 'Extra validation'}]"}},
        ),
    ],
)
def test_a_parameter_is_found_in_the_words_of_other_servers(
    status: int, body: dict[str, Any], server: ModelServer
) -> None:
    server.reply = lambda request: Sent(json.dumps(body).encode(), status) if "seed" in request else said(GOOD)
    model = chat(server)
    assert model.reply(ModelRequest("s", "u", SCHEMA, Sampling(top_p=0.5, seed=1))).text == GOOD
    assert model.abilities.dropped == ("seed",)
    assert server.asked[-1]["top_p"] == 0.5


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ("max_tokens is too large: 1024. This model supports at most 512 completion tokens.", "max_tokens"),
        ("Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 9.", "temperature"),
    ],
)
def test_a_value_out_of_bounds_is_told_and_not_left_out(message: str, param: str, server: ModelServer) -> None:
    server.reply = lambda _: fault(400, message, param=param)
    assert param in fault_of(chat(server), ModelError)
    assert len(server.asked) == 1


def test_a_model_without_system_messages_is_told_its_rules_by_the_user(server: ModelServer) -> None:
    def reply(request: dict[str, Any]) -> Sent:
        roles = [message["role"] for message in request["messages"]]
        return fault(400, "System role not supported") if "system" in roles else said(GOOD)

    server.reply = reply
    model = chat(server)
    assert [model.reply(REQUEST).text for _ in range(2)] == [GOOD, GOOD]
    assert len(server.asked) == 3
    assert server.asked[-1]["messages"] == [{"role": "user", "content": "Be brief.\n\nSay a."}]


@pytest.mark.parametrize("message", ["Your account is not active", "The model `m` does not exist", "no key was given"])
def test_a_refusal_that_is_about_something_else_is_told_at_once(message: str, server: ModelServer) -> None:
    server.reply = lambda _: fault(400, message)
    assert message in fault_of(chat(server), ModelError)
    assert len(server.asked) == 1


def no_limit(*names: str) -> Any:
    """A server that refuses these limits of tokens."""

    def reply(request: dict[str, Any]) -> Sent:
        refused = [name for name in names if name in request]
        return fault(400, f"{refused[0]} is not supported", param=refused[0]) if refused else said(GOOD)

    return reply


def test_the_limit_is_tried_under_its_other_name_before_it_is_left_out(server: ModelServer) -> None:
    server.reply = no_limit("max_tokens")
    model = chat(server)
    model.reply(REQUEST)
    assert (model.abilities.renamed_max, model.abilities.dropped) == (True, ())
    assert server.asked[-1]["max_completion_tokens"] == REQUEST.sampling.max_tokens
    server.reply = no_limit("max_tokens", "max_completion_tokens")
    model.reply(REQUEST)
    assert not {"max_tokens", "max_completion_tokens"} & set(server.asked[-1])


def test_where_a_limit_has_to_be_nothing_is_sent_without_one_whatever_was_learned(server: ModelServer) -> None:
    server.reply = no_limit("max_tokens", "max_completion_tokens")
    store = AbilityStore()
    chat(server, store).reply(REQUEST)  # learns that no limit is taken
    server.asked.clear()
    capped = OpenAIChat("m", server.server(api_key=KEY), store, limited=True)
    with pytest.raises(CostLimitError, match="takes no limit on the tokens of a reply"):
        capped.reply(REQUEST)
    assert [name for request in server.asked for name in request if name.startswith("max")] == ["max_completion_tokens"]


def test_a_limit_that_is_taken_now_is_learned_again(server: ModelServer) -> None:
    store = AbilityStore()
    server.reply = no_limit("max_tokens", "max_completion_tokens")
    chat(server, store).reply(REQUEST)
    server.reply = no_limit("max_tokens")
    capped = OpenAIChat("m", server.server(), store, limited=True)
    capped.reply(REQUEST)
    assert capped.abilities.dropped == ()


def test_once_the_run_is_over_nothing_is_sent_not_even_to_find_out_what_is_taken(server: ModelServer) -> None:
    stop = Stop()

    def reply(_: dict[str, Any]) -> Sent:
        stop.give()
        return fault(400, "response_format is not supported")

    server.reply = reply
    model = OpenAIChat("m", server.server(), stop=stop)
    for _ in range(2):
        with pytest.raises(StoppedError):
            model.reply(REQUEST)
    assert len(server.asked) == 1


# -- faults -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_a_server_that_asks_for_patience_is_busy(status: int, server: ModelServer) -> None:
    server.reply = lambda _: fault(status, "not now")
    assert f"status {status}" in fault_of(chat(server), ModelBusyError)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "Retry-After": "1"}, 0.25),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "nan"}, None),
        ({}, None),
    ],
)
def test_what_a_busy_server_asks_to_wait_is_handed_on(
    headers: dict[str, str], seconds: float | None, server: ModelServer
) -> None:
    server.reply = lambda _: fault(429, headers=headers)
    with pytest.raises(ModelBusyError) as caught:
        chat(server).reply(REQUEST)
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("sent", "remedy"),
    [
        (fault(429, "You exceeded your current quota", code="insufficient_quota"), "billing"),
        (fault(503, headers={"x-should-retry": "false"}), "will not help"),
        (fault(401, "no"), "RFP_API_KEY"),
        (fault(403, "no"), "RFP_API_KEY"),
        (fault(404, "no"), "RFP_MODEL"),
        (fault(501, "no"), "unset RFP_MODEL"),
    ],
)
def test_a_fault_that_does_not_pass_is_not_worth_another_try(sent: Sent, remedy: str, server: ModelServer) -> None:
    server.reply = lambda _: sent
    assert remedy in fault_of(chat(server), ModelError)


@pytest.mark.parametrize(
    "sent",
    [
        fault(400, "long", code="context_length_exceeded"),
        fault(400, "maximum context length is 2048 tokens"),
        fault(400, "prompt exceeds the context window"),
        fault(400, "the request exceeds the available context size. try increasing the context size"),
        fault(400, "the prompt is what it is", type="exceed_context_size_error"),
        fault(500, "exceed context window"),
        fault(413, "request entity too large"),
    ],
)
def test_a_request_that_is_too_long_is_its_own_fault_and_nothing_is_written_for_it(
    sent: Sent, server: ModelServer
) -> None:
    server.reply = lambda _: sent
    assert "RFP_CONTEXT_TOKENS" in fault_of(chat(server), UnwrittenReplyError)
    assert len(server.asked) == 1


@pytest.mark.parametrize("code", [["x"], {"x": 1}, 7, None])
def test_a_code_that_is_no_text_is_passed_over(code: object, server: ModelServer) -> None:
    server.reply = lambda _: fault(403, "no", code=code)
    assert "status 403" in fault_of(chat(server), ModelError)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_wherever_it_points(status: int, server: ModelServer) -> None:
    with model_server() as other:
        target = f"{other.url.replace('http://', 'http://anna:hidden@')}/chat/completions?key={KEY}"
        server.reply = lambda _: Sent(b"", status, headers={"location": target})
        told = fault_of(chat(server), ModelError)
        assert "hidden" not in told
        assert f"answers with a redirect to {other.url}/chat/completions. Correct RFP_BASE_URL" in told
        assert other.asked == []
    assert len(server.asked) == 1


@pytest.mark.parametrize("location", ["", "/elsewhere", "http://[x", "\u001b[31m"])
def test_a_redirect_to_anywhere_is_one_line(location: str, server: ModelServer) -> None:
    server.reply = lambda _: Sent(b"", 302, headers={"location": location})
    assert fault_of(chat(server), ModelError).isprintable()


@pytest.mark.parametrize(
    "sent",
    [
        fault(401, f"Incorrect API key provided: {KEY}. Bearer {KEY}"),
        fault(400, f"{KEY[:4]}\x00{KEY[4:]} \x1b[31m is bad\u202e"),
        fault(500, "x" * 100_000 + KEY),
        Sent(KEY.encode(), 503, kind="text/plain"),
        Sent(json.dumps({"error": {"message": KEY}}).encode()),
        Sent(KEY.encode(), kind=KEY),
    ],
)
def test_the_key_is_never_told_even_when_the_server_says_it(sent: Sent, server: ModelServer) -> None:
    server.reply = lambda _: sent
    with pytest.raises(ModelError) as caught:
        chat(server).reply(REQUEST)
    told = f"{caught.value} {caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert KEY not in told
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_a_reply_that_was_cut_off_is_told_with_the_limit(server: ModelServer) -> None:
    server.reply = lambda _: said('{"a":', finish="length", completion_tokens=1024)
    told = fault_of(chat(server), ModelReplyError)
    assert "cut off at 1024 tokens" in told
    assert "max_tokens" in told
    server.reply = lambda _: streamed('{"a":', finish="length")
    fault_of(chat(server), ModelReplyError, listening=True)


@pytest.mark.parametrize(
    "sent",
    [
        said("", finish="content_filter"),
        Sent(b'{"choices": [{"message": {"content": null, "refusal": "I cannot"}}]}'),
        fault(400, "filtered", code="content_filter"),
    ],
)
def test_a_refusal_of_the_model_is_a_reply_that_cannot_be_used(sent: Sent, server: ModelServer) -> None:
    server.reply = lambda _: sent
    with pytest.raises(ModelReplyError, match="by hand") as caught:
        chat(server).reply(REQUEST)
    assert isinstance(caught.value, UnwrittenReplyError) == (sent.status == 400)


@pytest.mark.parametrize("listening", [False, True])
@pytest.mark.parametrize(
    "sent",
    [
        Sent(b'{"choices": [{"mess'),
        Sent(b""),
        Sent(b"[" * 100_000),
        Sent(b"data: {\n\n", kind="text/event-stream"),
    ],
    ids=lambda value: value.body[:20].decode() if isinstance(value, Sent) else str(value),
)
def test_a_body_that_is_no_completion_cannot_be_used(sent: Sent, listening: bool, server: ModelServer) -> None:
    server.reply = lambda _: sent
    told = fault_of(chat(server), ModelReplyError, listening)
    assert "RFP_BASE_URL" in told


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json"])
@pytest.mark.parametrize("listening", [False, True])
def test_a_page_in_the_way_is_no_reply_of_the_model(kind: str, listening: bool, server: ModelServer) -> None:
    server.reply = lambda _: Sent(b" <html>sign in</html>", kind=kind)
    told = fault_of(chat(server), ModelError, listening)
    assert kind.partition(";")[0] in told
    assert "RFP_BASE_URL" in told


def test_the_type_of_a_strange_body_is_told(server: ModelServer) -> None:
    server.reply = lambda _: Sent(b"hello", kind="text/plain; charset=utf-8")
    assert "text/plain" in fault_of(chat(server), ModelReplyError)


@pytest.mark.parametrize("count", [10**400, 10**15, -1, True, "11", None, 1.5])
@pytest.mark.parametrize("listening", [False, True])
def test_a_count_of_tokens_that_is_none_is_not_counted(count: object, listening: bool, server: ModelServer) -> None:
    usage: Any = {"prompt_tokens": count, "completion_tokens": 10**9}
    pieces = [event(GOOD), event(None, "stop"), event(usage=usage)]
    stream = Sent(kind="text/event-stream", pieces=lambda: iter(pieces))
    server.reply = lambda request: stream if "stream" in request else said(GOOD, **usage)
    reply = chat(server).reply(REQUEST, (lambda _: None) if listening else None)
    assert (reply.input_tokens, reply.output_tokens) == (0, 10**9)


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_a_key_that_the_server_echoes_in_its_reply_is_masked_for_everyone(size: int, server: ModelServer) -> None:
    text = f'{{"a": "{KEY} {KEY[:9]}{KEY} {KEY[:5]}"}}'
    shown = f'{{"a": "*** {KEY[:9]}*** {KEY[:5]}"}}'
    server.reply = lambda request: (
        streamed(*[text[n : n + size] for n in range(0, len(text), size)]) if "stream" in request else said(text)
    )
    heard: list[str] = []
    assert chat(server).reply(REQUEST).text == shown
    assert chat(server).reply(REQUEST, heard.append).text == shown
    assert "".join(heard) == shown


@given(st.text("ab-", max_size=30), st.lists(st.integers(1, 5), max_size=20))
def test_masking_in_pieces_is_masking_at_once(text: str, sizes: list[int]) -> None:
    key = "ab-ab-aab"
    masked, pieces, at = Masked(key), [], 0
    for size in [*sizes, len(text)]:
        pieces.append(masked.feed(text[at : at + size]))
        at += size
    assert "".join(pieces) + masked.end() == text.replace(key, "***")


@pytest.mark.parametrize("word", ["none", "ollama", "placeholder", "a-1"])
def test_what_local_servers_take_for_a_key_stays_in_a_reply(word: str, server: ModelServer) -> None:
    server.reply = lambda _: said(f'{{"a": "{word}"}}')
    model = OpenAIChat("m", server.server(api_key=word))
    assert word in model.reply(REQUEST).text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://anna:hidden@host/v1", "https://host/v1"),
        ("htps://anna:hidden@host/v1", "htps://host/v1"),
        ("anna:hidden@host/v1", "host/v1"),
        ("https://anna:hid/hidden@host/v1", "https://host/v1"),
        ("https://anna:hid?hidden@host/v1", "https://host/v1"),
        ("https://anna:hidden@hid@host/v1", "https://host/v1"),
        ("https://anna:hid:hidden@[host/v1", "https://[host/v1"),
        ("http:/anna:hidden@host", "host"),
        ("https://host/v1?key=hidden#hidden", "https://host/v1"),
        ("http://[::1]:80/@of/v1/", "http://[::1]:80/@of/v1"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret_however_it_is_mistyped(url: str, shown: str) -> None:
    assert shown_url(url) == shown


@pytest.mark.parametrize(
    "sent",
    [
        Sent(b'{"choices": [', promised=500),
        Sent(b"", promised=10),
        streamed('{"a"', finish=None, done=False, usage=False),
        streamed('{"a"', finish=None, done=False, usage=False, cut=True),
    ],
)
def test_a_connection_that_breaks_in_the_middle_is_worth_another_try(sent: Sent, server: ModelServer) -> None:
    server.reply = lambda _: sent
    assert "broke off" in fault_of(chat(server), UnfinishedReplyError, listening=True)


def test_a_connection_that_is_dropped_without_a_word_may_have_cost_something(server: ModelServer) -> None:
    server.reply = lambda _: Sent(drop=True)
    assert "dropped the connection" in fault_of(chat(server), UnfinishedReplyError)


def test_halves_of_characters_are_sent_as_marks(server: ModelServer) -> None:
    server.reply = lambda _: said(GOOD)
    assert chat(server).reply(ModelRequest("s\udcff", "u\ud800", SCHEMA)).text == GOOD
    assert [message["content"] for message in server.asked[0]["messages"]] == ["s?", "u?"]


def test_a_server_that_is_not_there_is_down_and_nothing_went_out() -> None:
    with model_server() as gone:
        model = chat(gone)
    assert "no connection" in fault_of(model, ModelDownError)


# -- time and length ----------------------------------------------------------------------------------------


def slow(server: ModelServer, which: str) -> Sent:
    hello = event("x")
    return {
        "hangs": Sent(hang=True),
        "dribbling stream": server.endless(hello, 0.05),
        "pings": server.endless(b": ping\n\n", 0.05),
        "dribbling body": server.endless(b" ", 0.05, "application/json"),
        "dribbling fault": Sent(status=500, pieces=server.endless(b" ", 0.05).pieces),
    }[which]


@pytest.mark.parametrize("which", ["hangs", "dribbling stream", "pings", "dribbling body", "dribbling fault"])
def test_the_timeout_is_of_the_whole_reply(which: str, server: ModelServer) -> None:
    server.reply = lambda _: slow(server, which)
    begun = time.monotonic()
    told = fault_of(chat(server, timeout=0.4), UnfinishedReplyError, listening=True)
    assert time.monotonic() - begun < 1.0
    assert "within 0.4 s" in told
    assert "RFP_TIMEOUT" in told


@pytest.mark.parametrize("which", ["hangs", "dribbling stream", "dribbling body", "dribbling fault"])
def test_a_request_that_was_given_up_leaves_no_thread_behind(which: str, server: ModelServer) -> None:
    server.reply = lambda _: slow(server, which)
    fault_of(chat(server, timeout=0.3), UnfinishedReplyError, listening=True)
    until = time.monotonic() + 3
    while any(thread.name == "rfp-model-request" for thread in threading.enumerate()):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_timeout_holds_over_all_that_is_tried_to_learn(server: ModelServer) -> None:
    def reply(_: object) -> Sent:
        server.released.wait(0.3)
        return fault(400, "response_format is not supported")

    server.reply = reply
    begun = time.monotonic()
    fault_of(chat(server, timeout=0.5), UnfinishedReplyError)
    assert time.monotonic() - begun < 0.8


@pytest.mark.parametrize(
    ("kind", "piece", "listening"),
    [
        ("text/event-stream", event("spam " * 100), True),
        ("text/event-stream", b"data: no end of a line" * 500, True),
        ("text/event-stream", b": ping\n\n" * 5_000, True),
        ("application/json", b" " * 60_000, False),
        ("application/json", b" " * 60_000, True),
    ],
)
def test_an_endless_reply_is_ended_by_its_length(kind: str, piece: bytes, listening: bool, server: ModelServer) -> None:
    server.reply = lambda _: server.endless(piece, kind=kind)
    request = ModelRequest("s", "u", SCHEMA, Sampling(max_tokens=100))
    assert "was stopped" in fault_of(chat(server, timeout=30.0), ModelReplyError, listening, request)


def test_an_endless_fault_is_told_by_its_status(server: ModelServer) -> None:
    server.reply = lambda _: Sent(status=429, pieces=server.endless(b"x" * 10_000).pieces)
    assert "status 429" in fault_of(chat(server), ModelBusyError)


# -- streams and thoughts -----------------------------------------------------------------------------------


def heard(model: OpenAIChat) -> tuple[list[str], str, int]:
    pieces: list[str] = []
    reply = model.reply(REQUEST, pieces.append)
    assert "".join(pieces) == reply.text
    return pieces, reply.text, reply.output_tokens


def test_a_listener_hears_the_pieces_as_they_come(server: ModelServer) -> None:
    server.reply = lambda _: streamed('{"a"', ": ", "1}")
    assert heard(chat(server)) == (['{"a"', ": ", "1}"], GOOD, 7)
    assert server.asked[0]["stream_options"] == {"include_usage": True}


def test_a_listener_hears_the_first_piece_before_the_last_is_sent(server: ModelServer) -> None:
    first = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield event("{")
        assert first.wait(5)
        yield event("}", "stop") + b"data: [DONE]\n\n"

    server.reply = lambda _: Sent(kind="text/event-stream", pieces=pieces)
    assert chat(server).reply(REQUEST, lambda _: first.set()).text == "{}"


def test_without_a_listener_nothing_is_streamed(server: ModelServer) -> None:
    server.reply = lambda _: said(GOOD)
    chat(server).reply(REQUEST)
    assert "stream" not in server.asked[0]


@pytest.mark.parametrize("options", [{"usage": False}, {"done": False}, {"finish": None}])
def test_a_stream_without_its_trimmings_is_whole(options: dict[str, Any], server: ModelServer) -> None:
    server.reply = lambda _: streamed(GOOD, **options)
    assert heard(chat(server))[1:] == (GOOD, 0 if "usage" in options else 7)


def test_a_server_that_does_not_know_stream_options_is_asked_without(server: ModelServer) -> None:
    def reply(request: dict[str, Any]) -> Sent:
        told = (
            "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted'}]"
        )
        return fault(400, told) if "stream_options" in request else streamed(GOOD, usage=False)

    server.reply = reply
    model = chat(server)
    assert [heard(model)[1] for _ in range(2)] == [GOOD, GOOD]
    assert len(server.asked) == 3


@pytest.mark.parametrize("ignores", [True, False])
def test_a_server_that_cannot_stream_is_heard_in_one_piece_from_then_on(ignores: bool, server: ModelServer) -> None:
    def reply(request: dict[str, Any]) -> Sent:
        return fault(400, "Streaming is not supported") if "stream" in request and not ignores else said(GOOD)

    server.reply = reply
    model = chat(server)
    assert [heard(model)[0] for _ in range(2)] == [[GOOD], [GOOD]]
    assert "stream" not in server.asked[-1]


def test_a_fault_in_the_middle_of_a_stream_is_typed(server: ModelServer) -> None:
    def pieces() -> Iterator[bytes]:
        yield event("{") + b'data: {"error": {"message": "worker died"}}\n\n'

    server.reply = lambda _: Sent(kind="text/event-stream", pieces=pieces)
    assert "worker died" in fault_of(chat(server), UnfinishedReplyError, listening=True)
    server.reply = lambda _: Sent(json.dumps({"error": {"message": "overloaded"}}).encode())
    assert "overloaded" in fault_of(chat(server), ModelBusyError)  # nothing was written yet


def test_nobody_hears_a_whole_body_that_is_no_reply(server: ModelServer) -> None:
    heard: list[str] = []
    server.reply = lambda _: said("{", finish="length")
    with pytest.raises(ModelReplyError):
        chat(server).reply(REQUEST, heard.append)
    assert heard == []


@pytest.mark.parametrize(
    "texts",
    [
        ["<think>Let me {see}.</think>", GOOD],
        ["<thi", "nk>a", "</th", "ink>\n\n", '{"a"', ": 1}"],
        ["no opening tag</think>", GOOD],
        ["<think>a<think>b</think>c</think>", GOOD],
        [GOOD],
    ],
)
def test_thoughts_are_left_out_of_the_reply(texts: list[str], server: ModelServer) -> None:
    server.reply = lambda request: streamed(*texts) if "stream" in request else said("".join(texts))
    assert heard(chat(server))[1] == GOOD
    assert chat(server).reply(REQUEST).text == GOOD


def test_reasoning_in_a_field_of_its_own_is_left_out(server: ModelServer) -> None:
    body = {"choices": [{"message": {"content": GOOD, "reasoning_content": "hm", "reasoning": "hm"}}]}
    server.reply = lambda _: Sent(json.dumps(body).encode())
    assert chat(server).reply(REQUEST).text == GOOD


@pytest.mark.parametrize("text", ['{"a": "</think>"}', "```json\n{}\n```", "plain prose", " [1]", ""])
def test_what_is_no_thought_stays(text: str, server: ModelServer) -> None:
    server.reply = lambda request: streamed(*text) if "stream" in request else said(text)
    assert heard(chat(server))[1] == text
    assert chat(server).reply(REQUEST).text == text
