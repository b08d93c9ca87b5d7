# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of a master that suit each other: flags, credentials, certificates."""

from __future__ import annotations

import os
import re
import typing as t

from ..._preflight.flags import as_boolean, seconds

SHORTEST_REREGISTER_SECONDS = 600.0
AUTHENTICATIONS = (
    "authenticate_agents",
    "authenticate_frameworks",
    "authenticate_http_frameworks",
    "authenticate_http_readonly",
    "authenticate_http_readwrite",
)
TLS_FILES = ("certificate", "key", "ca")

Settings = t.Mapping[str, t.Any]


def problems(settings: Settings, host: str) -> list[str]:
    """One sentence for everything with which the master would not start, or with which nobody could reach it.

    ``flags`` are all flags; ``credentials`` and ``http_credentials`` the options; ``zookeeper`` and ``tls`` the values
    of the options mesos_master_zookeeper_* and mesos_master_tls_*; ``agents`` and ``frameworks`` what the inventory
    gives to other hosts: a credential, and a pair of principal and secret; ``health_timeout`` the option.
    """
    found = [
        *_flag_problems(settings["flags"]),
        *_gate_problems(settings["health_timeout"], settings["flags"].get("zk_session_timeout")),
        *credential_problems("mesos_master_credentials", settings["credentials"]),
        *credential_problems("mesos_master_http_credentials", settings["http_credentials"]),
        *_twice([*settings["credentials"], *settings["http_credentials"]]),
        *zookeeper_problems("mesos_master", settings.get("zookeeper", {})),
        *tls_problems("mesos_master", settings["tls"]),
    ]
    found = found or [*_access_problems(settings), *_client_problems(settings)]
    return ["%s: %s" % (host, sentence) for sentence in found]


def _flag_problems(flags: Settings) -> list[str]:
    found = []
    timeout = flags.get("agent_reregister_timeout")
    try:
        if timeout is not None and seconds(timeout) < SHORTEST_REREGISTER_SECONDS:
            found.append(
                "agent_reregister_timeout is %s, and the master starts with no less than 10mins; raise it." % timeout
            )
    except ValueError:
        # That it is no duration is said elsewhere.
        pass
    role, framework = flags.get("role_sorter") or "drf", flags.get("framework_sorter") or "drf"
    if role != framework:
        found.append("role_sorter is %s and framework_sorter is %s; set both to the same." % (role, framework))
    return found


def _gate_problems(health_timeout: t.Any, session: t.Any) -> list[str]:
    """The gate after a restart waits until the old session has ended, so a shorter one always fails."""
    try:
        long_enough = session is None or float(health_timeout) > seconds(session)
    except ValueError:
        # That it is no duration is said elsewhere.
        return []
    if long_enough:
        return []
    return [
        "mesos_master_health_timeout is %s seconds, and a master is healthy again only when ZooKeeper has ended its "
        "old session, after mesos_master_zk_session_timeout, which is %s; raise the first above the second."
        % (health_timeout, session)
    ]


def credential_problems(option: str, credentials: t.Any) -> list[str]:
    """Entries that are no pair of a principal and a secret."""
    return [
        "entry %d of %s has no %s; write {principal: ..., secret: ...}." % (place, option, missing)
        for place, entry in enumerate(credentials, start=1)
        for missing in ("principal", "secret")
        if not str(entry.get(missing) or "")
    ]


def _twice(credentials: t.Iterable[Settings]) -> list[str]:
    seen: dict[str, str] = {}
    found = []
    for entry in credentials:
        principal, secret = str(entry.get("principal")), str(entry.get("secret"))
        if seen.setdefault(principal, secret) != secret:
            found.append(
                "the principal %s has two secrets in mesos_master_credentials and mesos_master_http_credentials, which "
                "Mesos keeps in one file; give it one." % principal
            )
    return found


def zookeeper_problems(role: str, zookeeper: Settings) -> list[str]:
    """A user and a password that stand in a URL."""
    username, password = (str(zookeeper.get(name) or "") for name in ("username", "password"))
    if bool(username) != bool(password):
        return ["%s_zookeeper_username and %s_zookeeper_password come together; set both or none." % (role, role)]
    return [
        "%s_zookeeper_%s has one of the characters @ / : and white space, which a ZooKeeper URL does not take; choose "
        "another." % (role, name)
        for name, text in (("username", username), ("password", password))
        if re.search(r"[@/:\s]", text)
    ]


def tls_problems(role: str, tls: Settings) -> list[str]:
    """Certificate, key and authority come together, as files of the controller."""
    given = [name for name in TLS_FILES if tls.get(name)]
    missing = [name for name in TLS_FILES if not tls.get(name)]
    if given and missing:
        return [
            "%s_tls_%s is set without %s; set all three or none."
            % (role, given[0], " and ".join("%s_tls_%s" % (role, name) for name in missing))
        ]
    found = []
    for name in given:
        path = os.path.expanduser(str(tls[name]))
        if not os.path.isabs(path):
            found.append("%s_tls_%s is the relative path %s; write the whole path." % (role, name, path))
        elif not os.path.isfile(path):
            found.append(
                "%s_tls_%s is %s, and the controller has no such file; give a path that exists." % (role, name, path)
            )
    for name in ("downgrade", "verify_clients"):
        if not given and as_boolean(str(tls.get(name)).lower()):
            found.append("%s_tls_%s is set without a certificate; set %s_tls_certificate too." % (role, name, role))
    return found


def _access_problems(settings: Settings) -> list[str]:
    flags = settings["flags"]
    found = []
    wanted = [name for name in AUTHENTICATIONS if as_boolean(flags.get(name))]
    if wanted and not flags.get("credentials"):
        found.append("%s is set, and no credentials are known; set mesos_master_credentials." % " and ".join(wanted))
    if "authenticate_http_readonly" in wanted and not settings["http_credentials"]:
        found.append(
            "authenticate_http_readonly is set, and the role knows no user to ask the master with; set "
            "mesos_master_http_credentials."
        )
    if "authenticate_http_frameworks" in wanted and not flags.get("http_framework_authenticators"):
        found.append("authenticate_http_frameworks is set; set mesos_master_flags.http_framework_authenticators too.")
    return found


def _client_problems(settings: Settings) -> list[str]:
    """Agents and schedulers of the inventory that the masters would turn away."""
    known = {str(entry["principal"]): str(entry["secret"]) for entry in settings["credentials"]}
    found = []
    frameworks = {name: {"principal": pair[0], "secret": pair[1]} for name, pair in settings["frameworks"].items()}
    for flag, clients, options in (
        ("authenticate_agents", settings["agents"], "mesos_slave_credential"),
        ("authenticate_frameworks", frameworks, "marathon_mesos_principal and marathon_mesos_secret"),
    ):
        if not as_boolean(settings["flags"].get(flag)):
            continue
        for name, credential in clients.items():
            principal = str((credential or {}).get("principal") or "")
            if not principal:
                found.append(
                    "%s is set, and %s has no %s in the inventory; set it, so that the masters know it."
                    % (flag, name, options)
                )
            elif known.get(principal) != str(credential.get("secret")):
                found.append(
                    "%s is set, and the credential of %s (%s) is not in mesos_master_credentials; make them the same."
                    % (flag, name, options)
                )
    return found
