"""Answers of a model read strictly: JSON of exactly the form that was asked for, or nothing. Pure.

The form is a small part of JSON Schema, the same mapping that is sent with the question: ``object`` with
all its ``properties`` and no others, ``array`` with ``maxItems``, ``string`` with ``maxLength`` or
``enum``, ``integer``. What is too long is refused, not cut.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NoReturn

type Schema = dict[str, Any]


class Unfit(ValueError):
    """An answer that is not of the form asked for; says where, never what."""


def record(**properties: Schema) -> Schema:
    """An object that has exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def rows(of: Schema, most: int) -> Schema:
    """A list of at most ``most``."""
    return {"type": "array", "items": of, "maxItems": most}


def words(most: int) -> Schema:
    """A text of at most ``most`` signs."""
    return {"type": "string", "maxLength": most}


def one_of(choices: Sequence[str]) -> Schema:
    """One of these texts."""
    return {"type": "string", "enum": list(choices)}


WHOLE: Schema = {"type": "integer"}


def parsed(text: str, schema: Schema) -> Any:
    """The value that ``text`` is, of the form ``schema``. Raises ``Unfit``."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except Unfit:
        raise
    except (ValueError, RecursionError):
        raise Unfit("it is no JSON") from None
    _check(value, schema, "answer")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unfit("a name stands twice")
    return found


def _no_number(_: str) -> NoReturn:
    raise Unfit("it holds a number that is none")


_TYPES: dict[str, type] = {"object": dict, "array": list, "string": str, "integer": int}


def _check(value: Any, schema: Schema, where: str) -> None:
    if type(value) is not _TYPES[schema["type"]]:  # by its exact type: True is no whole number
        raise Unfit(f"{where} is no {schema['type']}")
    if isinstance(value, dict):
        if value.keys() != schema["properties"].keys():
            raise Unfit(f"{where} lacks something or has more than was asked for")
        for name, part in value.items():
            _check(part, schema["properties"][name], f"{where}.{name}")
    elif isinstance(value, list):
        if len(value) > schema["maxItems"]:
            raise Unfit(f"{where} is too long")
        for part in value:
            _check(part, schema["items"], f"{where}[]")
    elif isinstance(value, str):
        if len(value) > schema.get("maxLength", len(value)):
            raise Unfit(f"{where} is too long")
        if value not in schema.get("enum", (value,)):
            raise Unfit(f"{where} is none of the choices")
