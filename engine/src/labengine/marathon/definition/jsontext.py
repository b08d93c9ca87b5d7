"""JSON as text: read from a request, with the parser's words about what it cannot read, and quoted in refusals."""

from __future__ import annotations

import json
import re
from typing import Any

from labengine.marathon.definition.errors import bad_request

_TOKEN = re.compile(r"\w+")


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def parse(raw: bytes) -> Any:
    if not raw.strip():
        source = f'(byte[])"{raw.decode()}"'
        details = f"No content to map due to end-of-input\n at [Source: {source}; line: 1, column: 0]"
        raise bad_request("Please specify data in JSON format", details)
    try:
        return json.loads(raw.decode(), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        details = _words(error)
    except (ValueError, RecursionError) as error:
        details = str(error)
    raise bad_request("Invalid JSON", details)


def _no_constant(name: str) -> Any:
    raise ValueError(f"Unrecognized token '{name}'")


def _words(error: json.JSONDecodeError) -> str:
    if not error.doc[error.pos :].strip():
        return "Unexpected end-of-input within/between Object entries"
    if token := _TOKEN.match(error.doc, error.pos):
        expected = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        return f"Unrecognized token '{token[0]}': was expecting {expected}"
    return f"{error.msg}: line {error.lineno}, column {error.colno}"
