"""A schema as strict mode wants it, and the bodies of the protocol read without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from rfp_responder.chat.refusals import without_secrets
from rfp_responder.chat.schema import FORMS, response_format, strict_schema
from rfp_responder.chat.wire import AnswerText, Events, answer_text

REFUSED = {"default", "title", "maxItems", "minItems", "maxLength", "minLength", "pattern", "format", "minimum",
           "maximum", "exclusiveMinimum", "multipleOf", "oneOf", "allOf", "uniqueItems", "discriminator"}  # fmt: skip


class Colour(Enum):
    RED = "red"


class Quote(BaseModel):
    model_config = ConfigDict(title="A quote")
    passage: int = Field(ge=1, le=9, multiple_of=1)
    text: str = Field(min_length=1, max_length=9, pattern="a+", description="Its words")


class Reply(BaseModel):
    title: str = "none"  # a property may be called like a keyword
    quotes: list[Quote] = Field(max_length=8, min_length=1)
    best: Quote | None = None
    colour: Colour = Field(default=Colour.RED, description="Of it")
    format: dict[str, str] | None = None


def nodes(schema: object) -> Iterator[Mapping[str, object]]:
    """Every schema within a schema; names of properties are none."""
    if not isinstance(schema, Mapping):
        return
    yield schema
    for name, value in schema.items():
        if name in {"properties", "$defs"} and isinstance(value, Mapping):
            for each in value.values():
                yield from nodes(each)
        elif name == "items":
            yield from nodes(value)
        elif name == "anyOf" and isinstance(value, list):
            for each in value:
                yield from nodes(each)


def test_every_object_is_closed_and_wants_all_its_properties_and_no_bound_is_left() -> None:
    strict = strict_schema(Reply.model_json_schema())
    found = list(nodes(strict))
    objects = [node for node in found if node.get("type") == "object"]
    assert len(objects) >= 3
    for node in objects:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])  # type: ignore[call-overload]
    assert not REFUSED & {name for node in found for name in node}
    assert set(strict["properties"]) == {"title", "quotes", "best", "colour", "format"}  # type: ignore[call-overload]


def test_a_reference_stands_alone() -> None:
    for node in nodes(strict_schema(Reply.model_json_schema())):
        assert "$ref" not in node or set(node) == {"$ref"}


def test_a_const_of_null_and_a_union_keep_their_meaning() -> None:
    assert strict_schema({"const": None}) == {"const": None}
    assert strict_schema({"oneOf": [{"type": "string", "maxLength": 1}, {"type": "null"}]}) == {
        "anyOf": [{"type": "string"}, {"type": "null"}]
    }


def test_a_schema_that_is_strict_already_stays_as_it_is() -> None:
    strict = strict_schema(Reply.model_json_schema())
    assert strict_schema(strict) == strict


def test_every_form_but_the_last_says_that_json_is_wanted() -> None:
    kinds = [response_format(form, {"type": "object"}) for form in FORMS]
    assert [kind and kind["type"] for kind in kinds] == ["json_schema", "json_object", "json_object", None]


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=8), st.integers(1, 9), st.data()
)
def test_a_stream_says_the_same_wherever_it_is_cut(texts: list[str], size: int, data: st.DataObject) -> None:
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    events = [json.dumps({"n": text}) for text in texts]
    stream = "".join(f": ping{end}event: x{end}data: {event}{end}{end}" for event in events).encode()
    reader, found = Events(), []
    for start in range(0, len(stream), size):
        found += reader.feed(stream[start : start + size])
    found += reader.rest()
    assert [json.loads(each) for each in found] == [json.loads(event) for event in events]


@given(
    st.text(max_size=60) | st.sampled_from(["<think>a</think>{}", "a</think> [", "<think>{", "{</think>}"]), st.data()
)
def test_thoughts_are_left_out_alike_wherever_a_reply_is_cut(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    heard = AnswerText()
    pieces = [heard.feed(text[:cut]), heard.feed(text[cut:]), heard.end()]
    assert "".join(pieces) == answer_text(text)


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=4, max_size=40), st.text(), st.text())
def test_a_key_is_taken_out_wherever_it_stands(key: str, before: str, after: str) -> None:
    told = without_secrets(f"{before}{key}{after}", key)
    assert key not in told or key in "***"
    assert told.isprintable()


@pytest.mark.parametrize("text", ["Bearer abc.def", "sk-proj-1234567890", "your key sk-ab****yz is bad"])
def test_what_looks_like_a_key_is_not_told(text: str) -> None:
    assert "***" in without_secrets(text, "")
    assert "ab" not in without_secrets(text, "").replace("bad", "")


def test_a_thought_without_end_is_no_reply_and_prose_is_one() -> None:
    assert answer_text("<think>so {") == ""
    assert answer_text("so {") == "so {"
    assert answer_text("<think>so</think>\n\nyes") == "yes"
