"""How JSON is asked for: the schema in strict mode, the formats from the strictest to the prompt's word alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

Form = Literal["json_schema", "json_object with schema", "json_object", "text"]
FORMS: tuple[Form, ...] = ("json_schema", "json_object with schema", "json_object", "text")
"""Ways to ask for JSON, the strictest first. The second is llama.cpp's; the last is the prompt's word alone."""

# What a schema may hold in OpenAI's strict mode and in the grammars of vLLM, llama.cpp and Ollama alike. Bounds such
# as maxItems are refused by some (fine-tuned models, Azure, older servers); replies are validated here in any case.
_KEPT = ("type", "enum", "const", "description", "$ref", "anyOf", "items", "properties", "$defs", "definitions")


def strict_schema(schema: Mapping[str, object]) -> dict[str, object]:
    """A JSON Schema as strict mode wants it: objects closed, every property required, no bounds, no defaults.

    It lets through at least what ``schema`` does, but for properties that were left out: these must be written.
    """
    return _strict(schema)


def _strict(node: Mapping[str, object]) -> dict[str, object]:
    kept: dict[str, object] = {}
    union = node.get("oneOf") or node.get("anyOf")
    for name in _KEPT:
        value = node.get(name)
        if name == "anyOf":
            value = union
        if value is None and name != "const":
            continue
        if name == "const" and "const" not in node:
            continue
        if name in {"properties", "$defs", "definitions"} and isinstance(value, Mapping):
            kept[name] = {key: _strict(each) if isinstance(each, Mapping) else each for key, each in value.items()}
        elif name == "anyOf" and isinstance(value, list):
            kept[name] = [_strict(each) if isinstance(each, Mapping) else each for each in value]
        elif name == "items" and isinstance(value, Mapping):
            kept[name] = _strict(value)
        else:
            kept[name] = value
    if "$ref" in kept:
        return {"$ref": kept["$ref"]}  # strict mode takes nothing beside a reference
    whole = node.get("allOf")
    if isinstance(whole, list) and len(whole) == 1 and isinstance(whole[0], Mapping):
        return {**_strict(whole[0]), **kept}  # pydantic's way to describe a reference
    if node.get("type") == "object" or "properties" in kept:
        properties = kept.setdefault("properties", {})
        kept["type"] = node.get("type", "object")
        kept["required"] = list(properties) if isinstance(properties, Mapping) else []
        kept["additionalProperties"] = False
    return kept


def response_format(form: Form, schema: Mapping[str, object]) -> dict[str, object] | None:
    """The request's ``response_format``; None: nothing is said but in the prompt."""
    if form == "json_schema":
        strict = {"name": "reply", "schema": strict_schema(schema), "strict": True}
        return {"type": "json_schema", "json_schema": strict}
    if form == "json_object with schema":
        return {"type": "json_object", "schema": strict_schema(schema)}
    return {"type": "json_object"} if form == "json_object" else None


def schema_text(schema: Mapping[str, object]) -> str:
    """What is added to the system message where the server does not hold the model to the schema."""
    return f"Reply with one JSON object of this JSON Schema and nothing else:\n{json.dumps(schema)}"
