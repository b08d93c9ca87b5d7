# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: text of others (definitions, answers, output of programs) in what a terminal shows."""

from __future__ import annotations

import typing as t


def printable(text: t.Any) -> str:
    """Without the characters that a terminal obeys, each of which becomes a space; line breaks stay."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in str(text))


def one_line(text: t.Any) -> str:
    return " ".join(printable(text).split())


def ended(sentence: t.Any) -> str:
    """A sentence of others may end with a mark of its own; another one follows it."""
    text = str(sentence)
    return text if text.endswith((".", "?", "!")) else text + "."


def readable(error: Exception) -> str:
    """As the __str__ of an error whose message may quote what others wrote."""
    return printable(Exception.__str__(error))
