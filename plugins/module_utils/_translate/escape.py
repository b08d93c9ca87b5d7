# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that a target would expand, written so that the program gets it unchanged."""

from __future__ import annotations

import re

_EXPANDED = re.compile(r"\$(?=[$(])")


def kubernetes(text: str) -> str:
    """For command, args and env values: $(NAME) and $$ mean something there."""
    return _EXPANDED.sub("$$", text)


def swarm(text: str) -> str:
    """For env, hostname and mounts, which are Go templates."""
    return text.replace("{{", '{{"{{"}}')


def stack(text: str) -> str:
    """For the values of a stack file, where $NAME and ${NAME} come from the caller's environment."""
    return text.replace("$", "$$")


def quoted(text: str) -> str:
    """One word of a POSIX shell."""
    return "'" + text.replace("'", "'\\''") + "'"
