"""One round and its end: for the command line, for check mode, for a look at what would happen."""

from __future__ import annotations

import difflib
import sys
from typing import Any

from .agent import Agent


def dry_run(agent: Agent, apps: list[dict[str, Any]]) -> None:
    """Prints the difference of the file and the commands to HAProxy."""
    settings, _believed, everything, build = agent.plan(apps)
    done, text = agent.balancer.rehearse(build, settings)
    name = str(agent.balancer.file)
    before = agent.balancer.text().splitlines(keepends=True)
    sys.stdout.writelines(difflib.unified_diff(before, text.splitlines(keepends=True), name, name))
    for command in done.commands:
        print(command)
    if done.how == "reload":
        print("reload")
    for one in done.model.excluded:
        print(f"excluded: {one.app}: {one.reason}")
    for why in everything.wrong.values():
        print(f"not used of {agent.outside_file}: {why}")
    for lost in done.model.conflicts:
        print(f"conflict: {lost}")
