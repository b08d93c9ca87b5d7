# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of an agent that suit each other and its host: flags, credentials, certificates, control groups."""

from __future__ import annotations

import typing as t

from ..._names import nearest
from ..._preflight.flags import as_boolean
from ..master.settings import credential_problems, tls_problems, zookeeper_problems

CONTAINERIZERS = ("docker", "mesos")
IMAGE_ISOLATION = {"docker": ("filesystem/linux", "docker/runtime"), "appc": ("filesystem/linux", "appc/runtime")}

Settings = t.Mapping[str, t.Any]


def problems(settings: Settings, host: str) -> list[str]:
    """One sentence for everything with which the agent would not start, or with which the role could not reach it.

    ``flags`` are all flags; ``credential``, ``http_credentials``, ``zookeeper``, ``tls`` and ``master_urls`` are the
    options of these names; ``without_cgroups`` tells that the host has no control groups that Mesos knows, ``drains``
    that the agent has to be drained in this run.
    """
    flags = settings["flags"]
    found = [
        *_containerizer_problems(_words(flags.get("containerizers"))),
        *_isolation_problems(flags),
        *(_cgroup_problems(flags) if settings["without_cgroups"] else []),
        *_credential_problems(settings["credential"]),
        *credential_problems("mesos_slave_http_credentials", settings["http_credentials"]),
        *_access_problems(flags),
        *zookeeper_problems("mesos_slave", settings["zookeeper"]),
        *tls_problems("mesos_slave", settings["tls"]),
    ]
    if settings["drains"] and not settings["master_urls"]:
        found.append(
            "the agent has to be drained for this change, and mesos_slave_master_urls names no master; set it to their "
            "HTTP addresses."
        )
    return ["%s: %s" % (host, sentence) for sentence in found]


def _words(value: t.Any) -> list[str]:
    return [word.strip() for word in str(value or "").split(",") if word.strip()]


def _containerizer_problems(containerizers: list[str]) -> list[str]:
    if not containerizers:
        return [
            "mesos_slave_containerizers is empty; name docker, mesos or both, in the order in which they are asked."
        ]
    return [
        "mesos_slave_containerizers has '%s', which Mesos does not know; write %s."
        % (word, nearest(word, CONTAINERIZERS) or "docker or mesos")
        for word in containerizers
        if word not in CONTAINERIZERS
    ]


def _isolation_problems(flags: Settings) -> list[str]:
    isolation = _words(flags.get("isolation"))
    found = []
    for provider in _words(flags.get("image_providers")):
        needed = IMAGE_ISOLATION.get(provider.lower())
        if needed is None:
            found.append("mesos_slave_image_providers has '%s', which Mesos does not know; write docker." % provider)
            continue
        missing = [isolator for isolator in needed if isolator not in isolation]
        if missing:
            found.append(
                "mesos_slave_image_providers has %s, which needs %s in mesos_slave_isolation; add it."
                % (provider, " and ".join(missing))
            )
    return found


def _cgroup_problems(flags: Settings) -> list[str]:
    # Who has a newer program that knows version 2 says so with the launcher.
    if flags.get("launcher") == "linux":
        return []
    why = (
        "the host has control groups of version 2 alone, which Mesos 1.11 cannot use; leave that out, boot it with "
        "systemd.unified_cgroup_hierarchy=0, or set mesos_slave_launcher to linux for a program that can use them."
    )
    isolation = _words(flags.get("isolation"))
    wanted = [word for word in isolation if word.startswith("cgroups/") or word == "filesystem/linux"]
    if wanted:
        return ["mesos_slave_isolation has %s, and %s" % (" and ".join(wanted), why)]
    if as_boolean(flags.get("systemd_enable_support")):
        return ["mesos_slave_systemd_enable_support is true, and %s" % why]
    return []


def _credential_problems(credential: Settings) -> list[str]:
    missing = [name for name in ("principal", "secret") if credential and not credential.get(name)]
    unknown = [name for name in credential if name not in ("principal", "secret")]
    return [
        "mesos_slave_credential %s; write {principal: ..., secret: ...}." % wrong
        for wrong in ["has no %s" % name for name in missing] + ["has '%s'" % name for name in unknown]
    ]


def _access_problems(flags: Settings) -> list[str]:
    wanted = [
        name
        for name in ("authenticate_http_readonly", "authenticate_http_readwrite")
        if as_boolean(flags.get(name)) and not flags.get("http_credentials")
    ]
    if not wanted:
        return []
    return [
        "%s is set, and nobody could ask the agent; set mesos_slave_http_credentials."
        % " and ".join("mesos_slave_" + name for name in wanted)
    ]
