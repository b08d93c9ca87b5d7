# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what no line of a file that a role writes may have, whatever reads the file."""

from __future__ import annotations

import re

# Of ASCII and of Unicode, with the two that Unicode calls separators of lines and paragraphs.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
BREAK = re.compile("[\n\r]")
# What UTF-8 cannot write, or systemd takes for damage (utf8_is_valid) and ignores the line.
INVALID = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# A reader of docker run --env-file gives up after 64 KiB, and the kernel takes 128 KiB for one variable.
MAX_BYTES = 65000
# Of a sentence that quotes a value, what is shown of its two ends.
SENTENCE_ENDS = 500


def wrong(text: str) -> str | None:
    """What a text has that no line keeps, as the object of a sentence."""
    if CONTROL.search(text):
        return "a line break" if BREAK.search(text) else "a control character"
    if INVALID.search(text):
        return "a character that is not valid UTF-8"
    if len(text.encode()) > MAX_BYTES:
        return "more than %d bytes" % MAX_BYTES
    return None


def sentence(text: str) -> str:
    """A sentence that quotes a value, on one line and of a length that can be read."""
    if len(text) > 3 * SENTENCE_ENDS:
        text = "%s ... %s" % (text[:SENTENCE_ENDS], text[-SENTENCE_ENDS:])
    return re.sub("(?:%s|%s)" % (CONTROL.pattern, INVALID.pattern), lambda match: ascii(match.group())[1:-1], text)
