# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON from packages that others have made: within bounds, and errors that name the file."""

from __future__ import annotations

import json
from typing import Any

from .._marathon.errors import DefinitionError

# More than any package has, and little enough for every function here that calls itself.
MAX_DEPTH = 100


def parse(text: str | bytes, where: str) -> Any:
    try:
        value = json.loads(text.decode("utf-8") if isinstance(text, bytes) else text, parse_constant=_refuse)
    except RecursionError:
        raise _too_deep(where) from None
    except ValueError as error:
        # A JSONDecodeError says where; the other ones are about the encoding, the constant or a number of many digits.
        raise DefinitionError(f"{where} is not JSON: {error}") from None
    check_depth(value, where)
    return value


def parse_object(text: str | bytes, where: str) -> dict[str, Any]:
    value = parse(text, where)
    if not isinstance(value, dict):
        raise DefinitionError(f"{where} is not a JSON object")
    return value


def check_depth(value: Any, where: str) -> None:
    level = [value]
    for _depth in range(MAX_DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise _too_deep(where)


def _too_deep(where: str) -> DefinitionError:
    return DefinitionError(f"{where} has more than {MAX_DEPTH} levels")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number of JSON")
