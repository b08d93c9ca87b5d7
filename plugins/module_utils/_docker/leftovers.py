# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what Docker has left in the tables of the kernel's firewall, and the commands that take it out again."""

from __future__ import annotations

import re
import shlex
import typing as t

# Docker calls its chains and the bridges of its networks like this.
_CHAIN = re.compile(r"DOCKER(-[A-Z0-9-]+)?")
BRIDGE = re.compile(r"docker0|docker_gwbridge|br-[0-9a-f]{12}")
# Docker makes it once and never fills it: what stands there but the return is the operator's.
_OPERATORS = "DOCKER-USER"


class FirewallRules(t.NamedTuple):
    """``commands`` are arguments of iptables, in order; ``kept`` is why something stays."""

    commands: list[list[str]]
    kept: list[str]


def removals(saved: str) -> FirewallRules:
    """From the output of ``iptables-save``."""
    commands: list[list[str]] = []
    kept: list[str] = []
    for table, lines in _tables(saved):
        chains = [line[1:].split()[0] for line in lines if line.startswith(":")]
        rules = [shlex.split(line)[1:] for line in lines if line.startswith("-A ")]
        own = {chain for chain in chains if _CHAIN.fullmatch(chain)}
        if any(rule[0] == _OPERATORS and rule[1:] != ["-j", "RETURN"] for rule in rules):
            own.discard(_OPERATORS)
            kept.append("the chain %s of the table %s has rules of yours; remove it if they are for nothing else" % (
                _OPERATORS, table))  # fmt: skip
        networks = {_value(rule, "-s") for rule in rules if _is_masquerade(rule) and _bridges(rule)}
        for rule in rules:
            if rule[0] not in own and _is_dockers(rule, own, networks):
                commands.append(["-t", table, "-D", *rule])
        for action in ("-F", "-X"):
            commands += [["-t", table, action, chain] for chain in chains if chain in own]
    return FirewallRules(commands, kept)


def _tables(saved: str) -> t.Iterator[tuple[str, list[str]]]:
    for part in re.split(r"^\*", saved, flags=re.MULTILINE)[1:]:
        name, _newline, rest = part.partition("\n")
        yield name.strip(), rest.splitlines()


def _value(rule: list[str], option: str) -> str:
    return rule[rule.index(option) + 1] if option in rule[:-1] else ""


def _bridges(rule: list[str]) -> bool:
    return any(BRIDGE.fullmatch(_value(rule, option)) for option in ("-i", "-o"))


def _is_masquerade(rule: list[str]) -> bool:
    return rule[0] == "POSTROUTING" and _value(rule, "-j") == "MASQUERADE"


def _is_dockers(rule: list[str], own: t.Collection[str], networks: t.Collection[str]) -> bool:
    target = _value(rule, "-j") or _value(rule, "-g")
    if target in own:
        return True
    if rule[0] == _OPERATORS or target == _OPERATORS:
        return False
    # A container that asks itself by a port of its host.
    itself = _is_masquerade(rule) and bool(networks) and _value(rule, "-s") == _value(rule, "-d") != ""
    return _bridges(rule) or itself
