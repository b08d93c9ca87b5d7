# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option query of modules that gather: an expression in JMESPath, checked before anything is asked."""

from __future__ import annotations

import re
import traceback
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

try:
    import jmespath
except ImportError:
    jmespath = None
    JMESPATH_IMPORT_ERROR = traceback.format_exc()
else:
    JMESPATH_IMPORT_ERROR = None


class BadQuery(Exception):
    """One sentence for the person who wrote it."""


class Query:
    def __init__(self, expression: str) -> None:
        self._text = expression
        try:
            self._compiled = jmespath.compile(expression)
        except jmespath.exceptions.EmptyExpressionError:
            raise BadQuery("query is empty: give an expression in JMESPath, or leave query out") from None
        except jmespath.exceptions.ParseError as error:
            raise BadQuery(
                f"query {expression!r} is not an expression in JMESPath: {_reason(error)}, at column "
                f"{error.lex_position + 1}: correct it there"
            ) from None

    def search(self, data: Any) -> Any:
        """A function that does not exist or does not take what it finds shows only here."""
        try:
            return self._compiled.search(data)
        except jmespath.exceptions.JMESPathError as error:
            raise BadQuery(
                f"query {self._text!r} does not fit what was gathered: {_line(error)}; use functions and names that fit"
            ) from None


def option(module: AnsibleModule) -> Query | None:
    """Of the module's arguments; one that cannot be used fails the module."""
    text = module.params["query"]
    if text is None:
        return None
    if jmespath is None:
        module.fail_json(
            msg=missing_required_lib("jmespath", reason="for the option query"), exception=JMESPATH_IMPORT_ERROR
        )
    try:
        return Query(text)
    except BadQuery as error:
        return module.fail_json(msg=str(error))


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def _reason(error: Exception) -> str:
    """Without the expression, which follows in lines of its own, and without a column that is counted from 0."""
    first = str(error).split("\n", 1)[0]
    first = re.sub(
        r"^(invalid|bad) jmespath expression: |Parse error at column \d+, |, for expression", "", first, flags=re.I
    )
    return first.rstrip(":")
