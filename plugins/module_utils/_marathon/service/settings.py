# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of Marathon that suit each other, its version and the cluster."""

from __future__ import annotations

import os
import re
import typing as t

from ... import _archives as archives
from ... import _masked as masked
from ... import _programs as programs
from ..._mesos.master.settings import tls_problems, zookeeper_problems
from ..._preflight.flags import as_boolean, seconds
from . import runtime, versions

# ZookeeperConf.scala: user and password stand once, before the hosts.
ZK = re.compile(r"^zk://([^/:@]+:[^/@]+@)?[A-Za-z0-9_.\[\]:-]+(,[A-Za-z0-9_.\[\]:-]+)*(/[^/]+)+\Z")
HOST = re.compile(r"^(https?://)?[^/:@,\s]+:[0-9]+\Z")
# docs/docs/command-line-flags.md
TASK_LAUNCH_TIMEOUT_MS = 300000
GROUP_VERSIONS = 1000
RUNNING_DEPLOYMENTS = 100

Settings = t.Mapping[str, t.Any]


def problems(settings: Settings, host: str) -> list[str]:
    """One sentence for everything with which Marathon would not start, would not be reached or would end tasks.

    ``version``, ``versions``, ``since``, ``until`` and ``requirements`` are what is known of versions; ``flags`` the
    option marathon_flags and ``all_flags`` the flags with those of the other options; ``http``, ``mesos``,
    ``zookeeper``, ``tls``, ``pem``, ``plugins`` the values of options; ``java`` the host's; ``own_flags`` the option in
    place of a flag; ``native`` where libmesos comes from; ``masters`` what the inventory says of each; ``slaves`` by
    host its executor registration timeout.
    """
    if settings["version"] not in settings["versions"]:
        return [
            "%s: marathon_version is %s; write one of %s."
            % (host, settings["version"], ", ".join(settings["versions"]))
        ]
    flags = settings["all_flags"]
    found = [
        *(
            "marathon_flags has %s; set the option %s instead." % (name, settings["own_flags"][name])
            for name in settings["flags"]
            if name in settings["own_flags"]
        ),
        *versions.flag_problems(settings["flags"], settings["version"], settings["since"], settings["until"]),
        *versions.partner_problems(
            settings["version"],
            settings["requirements"],
            {
                master["host"]: master["mesos_master_package_version"]
                for master in settings["masters"]
                if master["mesos_master_install_method"] == "package"
            },
            settings["java"],
            settings["java_is_used"],
        ),
        *_url_problems(flags),
        *_number_problems(flags, settings["version"]),
        *_http_problems(settings["http"], settings["tls"]),
        *_pair_problems("marathon_mesos_principal", "marathon_mesos_secret", settings["mesos"]),
        *_pair_problems("marathon_plugin_dir", "marathon_plugin_conf", settings["plugins"]),
        *_receiver_problems(settings["metrics"]),
        *zookeeper_problems("marathon", settings["zookeeper"]),
        *tls_problems("marathon", settings["pem"]),
        *runtime.library_problems(settings["native"], lambda: _runs_on_java(settings)),
        *_cluster_problems(settings),
    ]
    return ["%s: %s" % (host, sentence) for sentence in found]


def _runs_on_java(settings: Settings) -> bool:
    """An archive on the controller can be asked; otherwise the role brings Java only to what needs it."""
    path = os.path.expanduser(settings["native"]["archive"] or "")
    try:
        return programs.has_jars(archives.names(path))
    except (OSError, archives.ArchiveError):
        return bool(settings["java_is_used"])


def _url_problems(flags: Settings) -> list[str]:
    found = []
    for name, kinds, example in (
        ("zk", [ZK], "zk://host:port,.../marathon"),
        ("master", [ZK, HOST], "zk://host:port,.../mesos"),
    ):
        text = str(flags.get(name) or "")
        if not any(kind.match(text) for kind in kinds):
            shown = masked.without_user(text)
            found.append(
                "marathon_%s is '%s', which names no %s; put hosts into the group zookeeper or set it to %s."
                % (name, shown, "ZooKeeper" if name == "zk" else "master", example)
            )
    return found


def _number(flags: Settings, name: str, default: int) -> int:
    value = flags.get(name)
    # That it is no number is said elsewhere.
    return int(value) if re.match(r"^[0-9]+\Z", str(value)) else default


def _number_problems(flags: Settings, version: str) -> list[str]:
    found = []
    low, high = _number(flags, "local_port_min", 10000), _number(flags, "local_port_max", 20000)
    if not 1 <= low < high <= 65535:
        found.append(
            "service ports are given from marathon_local_port_min %d to marathon_local_port_max %d; the first must be "
            "the lower one, and both from 1 to 65535." % (low, high)
        )
    # group_versions_cache_size, which came with 1.7.
    cache, running = (
        _number(flags, "group_versions_cache_size", GROUP_VERSIONS),
        _number(flags, "max_running_deployments", RUNNING_DEPLOYMENTS),
    )
    if versions.key(version) >= (1, 7) and cache <= 2 * running:
        found.append(
            "group_versions_cache_size is %d and marathon_max_running_deployments %d, and Marathon starts only with "
            "more than twice as many versions as deployments; set marathon_flags.group_versions_cache_size to %d "
            "or more." % (cache, running, 2 * running + 1)
        )
    return found


def _http_problems(http: Settings, tls: Settings) -> list[str]:
    found = []
    credentials = http["credentials"] or {}
    if credentials:
        missing = [name for name in ("username", "password") if not str(credentials.get(name) or "")]
        found += [
            "marathon_http_credentials has no %s; write {username: ..., password: ...}." % name for name in missing
        ]
        if ":" in str(credentials.get("username") or ""):
            found.append("the username in marathon_http_credentials has a colon; choose another.")
    if tls["keystore"] and tls["certificate"]:
        found.append("marathon_keystore and marathon_tls_certificate are set; set one of them.")
    if tls["keystore"] and not tls["password"]:
        found.append("marathon_keystore is set without marathon_keystore_password; set it too.")
    if tls["password"] and not tls["keystore"]:
        found.append("marathon_keystore_password is set without marathon_keystore; set it too, or leave both out.")
    secure = bool(tls["keystore"] or tls["certificate"])
    if http["disabled"] and not secure:
        found.append(
            "marathon_disable_http is true and there is no certificate for HTTPS, so nothing would answer; set "
            "marathon_tls_certificate or marathon_keystore."
        )
    if secure and not http["disabled"] and http["port"] == http["https_port"]:
        found.append("marathon_http_port and marathon_https_port are both %s; give each its own." % http["port"])
    return found


def _pair_problems(one: str, other: str, values: Settings) -> list[str]:
    if bool(values[one]) == bool(values[other]):
        return []
    return ["%s and %s come together; set both or none." % (one, other)]


def _receiver_problems(metrics: Settings) -> list[str]:
    return [
        "%s has no %s; write {host: ..., port: ...}." % (option, missing)
        for option, receiver in metrics.items()
        if receiver
        for missing in ("host", "port")
        if not receiver.get(missing)
    ]


def _cluster_problems(settings: Settings) -> list[str]:
    found = []
    secure = sorted(
        master["host"]
        for master in settings["masters"]
        if master["mesos_master_tls_certificate"] and not as_boolean(str(master["mesos_master_tls_downgrade"]).lower())
    )
    if secure and not settings["pem"]["certificate"]:
        found.append(
            "the masters %s speak TLS, and Marathon has no certificate to join them with; set "
            "marathon_tls_certificate, marathon_tls_key and marathon_tls_ca." % ", ".join(secure)
        )
    launch = _number(settings["all_flags"], "task_launch_timeout", TASK_LAUNCH_TIMEOUT_MS)
    slow = sorted(name for name, timeout in settings["slaves"].items() if _ms(timeout) > launch)
    if slow:
        found.append(
            "marathon_task_launch_timeout is %d ms, and %s may take %s to pull an image "
            "(mesos_slave_executor_registration_timeout), so Marathon would end tasks that are about to start; raise "
            "it to %d."
            % (launch, ", ".join(slow), settings["slaves"][slow[0]], max(_ms(settings["slaves"][s]) for s in slow))
        )
    return found


def _ms(duration: t.Any) -> float:
    try:
        return seconds(duration) * 1000
    except ValueError:
        # That it is no duration is said elsewhere.
        return 0
