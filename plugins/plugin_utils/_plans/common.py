# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what holds for a host whatever role it is asked for."""

from __future__ import annotations

import math
import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import hosts, install, units

Values = t.Mapping[str, t.Any]

_KINDS: dict[str, t.Callable[[t.Any, str], list[str]]] = {
    "plain": units.plain_problems,
    "paths": units.path_problems,
    "accounts": units.account_problems,
    "schedules": units.schedule_problems,
    "ports": units.port_problems,
    "words": units.word_problems,
    "lines": units.line_problems,
    "joined": units.joined_problems,
}


def whole_number(value: t.Any) -> int:
    """Raises ValueError, also of a fraction and of what is below 0."""
    text = str(value)
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def seconds(value: t.Any) -> float:
    """Raises ValueError, also of what is below 0 or has no end."""
    number = float(str(value))
    if not 0 <= number < math.inf:
        raise ValueError(value)
    return number


def read_or(read: t.Callable[[t.Any], t.Any], value: t.Any, otherwise: t.Any) -> t.Any:
    """For a variable of a host, which the plan of the host refuses where it cannot be read."""
    try:
        return read(value)
    except ValueError:
        return otherwise


def host_problems(values: Values, needs: Values) -> list[str]:
    """What the host lacks of what a service needs."""
    return hosts.problems(
        values["__common_host"],
        needs,
        read_or(whole_number, values["__common_minimum_disk"], 0),
        values["inventory_hostname"],
        boolean(values["__common_start_stopped"], strict=False),
    )


def group_problems(values: Values, option: str) -> list[str]:
    """A host outside of its group is left out of all that is computed from the inventory."""
    group = values[option]
    if values["inventory_hostname"] in (values["groups"].get(group) or []):
        return []
    return ["it is not in the group %s; add it there or set %s." % (group, option)]


def own_flag_problems(flags: t.Container[str], own: t.Iterable[str], role: str) -> list[str]:
    """Flags that an option of the role gives."""
    return [
        "%s_flags has %s; set the option %s_%s instead." % (role, name, role, name) for name in own if name in flags
    ]


def zookeeper_url_problems(values: Values, option: str, form: re.Pattern[str]) -> list[str]:
    """An address by which no master is found; a password in it is not shown."""
    url = str(values[option] or "")
    if form.match(url):
        return []
    return [
        "%s is '%s', which names no ZooKeeper; put hosts into the group %s or set %s to zk://host:port,.../mesos."
        % (option, re.sub("//.*@", "//***@", url), values["__common_zookeeper_group"], option)
    ]


def unit_problems(values: t.Mapping[str, t.Any], role: str, host: str) -> list[str]:
    """What a unit or a file of settings would not keep, or would show to everyone."""
    environment = bool(values.get("environment"))
    found = units.setting_problems(values.get("settings") or {}, role, environment, host)
    found += units.container_problems(values.get("container") or [], role, environment, host)
    for kind, problems in _KINDS.items():
        found += problems(values.get(kind) or {}, host)
    for option, words in (values.get("java") or {}).items():
        found += units.java_problems(words, option, host)
    for option, settings in (values.get("properties") or {}).items():
        found += units.property_problems(settings, option, host)
    for option, users in (values.get("users") or {}).items():
        found += units.user_problems(users, option, host)
    return found


def install_problems(
    source: t.Mapping[str, t.Any], role: str, host: str, variables: t.Mapping[str, t.Any] | None = None
) -> list[str]:
    """Why a program cannot be installed as the options of the chosen method say."""
    if source["method"] == "archive":
        problems = install.archive_problems(role, source["archive"], source["checksum"])
    elif source["method"] == "container":
        problems = install.image_problems(role, source["image"] or "")
    elif source["method"] == "repository":
        repository = source["repository"] or {}
        problems = install.repository_problems(role, repository, source["family"]) + install.repository_clashes(
            role, repository, variables or {}
        )
    else:
        mine = {**source, "version": str(source["version"] or ""), "repository": source["repository"] or {}}
        problems = install.package_problems(
            role, mine["package"], mine["version"], mine["repository"], source["family"]
        ) + install.shared_problems(role, mine, variables or {})
    for option, names in (source.get("packages") or {}).items():
        problems += install.list_problems(option, names)
    for option, images in (source.get("images") or {}).items():
        problems += install.image_list_problems(option, images)
    return ["%s: %s" % (host, problem) for problem in problems]
