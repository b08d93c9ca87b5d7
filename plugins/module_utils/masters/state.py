# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a master on this host is now: its unit, its configuration, its registry, its own word."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils.health.http import Access, Unanswered, get_json
from ansible_collections.quorum.mesos.plugins.module_utils.options.cluster import host_and_port
from ansible_collections.quorum.mesos.plugins.module_utils.options.flags import as_boolean

SECONDS = 5.0


def environment(path: str) -> dict[str, str]:
    """The variables of an environment file; none where there is no file."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def has_registry(work_dir: str) -> bool:
    """Whether a replica of the registry's log was ever written here."""
    try:
        return any(os.scandir(os.path.join(work_dir, "replicated_log")))
    except OSError:
        return False


def switched_on(variables: t.Mapping[str, str], name: str) -> bool:
    return bool(as_boolean(variables.get(name, "false")))


def own_access(variables: t.Mapping[str, str], username: str | None) -> Access:
    """How to ask the master as it is configured now; its credentials have the wanted user or another one."""
    known: dict[str, str] = {}
    with (
        contextlib.suppress(OSError, ValueError, KeyError, TypeError),
        open(variables.get("MESOS_CREDENTIALS", "").replace("file://", "") or os.devnull, encoding="utf-8") as file,
    ):
        known = {entry["principal"]: entry["secret"] for entry in json.load(file)["credentials"]}
    user = username if username in known else next(iter(known), None)
    return Access(
        user,
        known.get(user or ""),
        variables.get("LIBPROCESS_SSL_CA_FILE"),
        variables.get("LIBPROCESS_SSL_CERT_FILE"),
        variables.get("LIBPROCESS_SSL_KEY_FILE"),
        switched_on(variables, "LIBPROCESS_SSL_SUPPORT_DOWNGRADE"),
    )


def ask(variables: t.Mapping[str, str], address: str, access: Access) -> dict[str, t.Any]:
    """The quorum that the running master was started with, and the replicas it sees; nothing where it is silent."""
    scheme = "https" if switched_on(variables, "LIBPROCESS_SSL_ENABLED") else "http"
    url = "%s://%s" % (scheme, host_and_port(variables.get("MESOS_IP", address), variables.get("MESOS_PORT", "5050")))
    try:
        flags = get_json(url + "/flags", access, SECONDS)["flags"]
        metrics = get_json(url + "/metrics/snapshot", access, SECONDS)
    except (Unanswered, KeyError):
        return {}
    return {"quorum": _whole(flags.get("quorum")), "ensemble_size": _whole(metrics.get("registrar/log/ensemble_size"))}


def _whole(value: t.Any) -> int | None:
    try:
        return int(float(value))
    except (TypeError, ValueError):
        return None


def listens(place: str) -> bool:
    """Whether something takes connections at ``host:port``."""
    host, _colon, port = place.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS):
            return True
    except OSError:
        return False
