# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounds of the single values of an app, by the types of Marathon's API (app.raml and what it uses, of 1.11).

Marathon judges by them. They are for the words that its error codes lack.
"""

from __future__ import annotations

from .ranges import Bounds

_SOME = Bounds(least=0)
_SHARE = Bounds(least=0, most=1)
_PORT = Bounds(least=0, most=65535)
_PATTERN = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME = Bounds(text=True, pattern=_PATTERN, form="of lower-case letters, digits and inner hyphens", shortest=1)
_FILLED = Bounds(text=True, shortest=1)
_PATH = Bounds(text=True, shortest=1, longest=1024)
_PROTOCOL = Bounds(words=("tcp", "udp", "udp,tcp"))
_SCHEME = Bounds(words=("HTTP", "HTTPS"))
_ID = Bounds(text=True, pattern=".*", form="an id, of lower-case letters, digits, '-' and '.' between slashes")
_EXECUTOR = Bounds(text=True, pattern=".*", form="empty, //cmd or the path of an executor")

_VOLUME = "/container/volumes()"
_CAPABILITY = f"{_VOLUME}/external/options/capability"


def _mapping(place: str) -> dict[str, Bounds]:
    return {
        f"{place}/containerPort": _PORT,
        f"{place}/hostPort": _PORT,
        f"{place}/servicePort": _PORT,
        f"{place}/protocol": _PROTOCOL,
        f"{place}/name": _NAME,
        f"{place}/networkNames()": _NAME,
    }


BOUNDS = {
    "/id": _ID,
    "/dependencies()": _ID,
    "/cmd": _FILLED,
    "/role": _FILLED,
    "/executor": _EXECUTOR,
    **{f"/{name}": _SOME for name in ("instances", "cpus", "mem", "disk", "gpus", "backoffSeconds")},
    "/maxLaunchDelaySeconds": _SOME,
    "/taskKillGracePeriodSeconds": _SOME,
    "/backoffFactor": Bounds(least=1),
    "/executorResources/cpus": Bounds(least=0.1),
    "/executorResources/mem": Bounds(least=32),
    "/executorResources/disk": Bounds(least=10),
    "/upgradeStrategy/minimumHealthCapacity": _SHARE,
    "/upgradeStrategy/maximumOverCapacity": _SHARE,
    "/killSelection": Bounds(words=("YOUNGEST_FIRST", "OLDEST_FIRST")),
    "/unreachableStrategy/inactiveAfterSeconds": _SOME,
    "/unreachableStrategy/expungeAfterSeconds": _SOME,
    "/resourceLimits/cpus": Bounds(words=("unlimited", "a number")),
    "/resourceLimits/mem": Bounds(words=("unlimited", "a number")),
    "/secrets/*/source": _FILLED,
    "/fetch()/uri": _PATH,
    "/fetch()/destPath": _PATH,
    "/networks()/mode": Bounds(words=("container", "container/bridge", "host")),
    "/networks()/name": Bounds(
        text=True,
        pattern="[a-z0-9]([-a-z0-9_]*[a-z0-9])?",
        form="of lower-case letters, digits, inner hyphens and underscores",
        shortest=1,
        longest=63,
    ),
    "/portDefinitions()/port": _PORT,
    "/portDefinitions()/protocol": _PROTOCOL,
    "/portDefinitions()/name": _NAME,
    "/container/type": Bounds(words=("DOCKER", "MESOS")),
    "/container/docker/image": _FILLED,
    "/container/docker/network": Bounds(words=("BRIDGE", "HOST", "NONE", "USER")),
    "/container/docker/pullConfig/secret": _FILLED,
    "/container/docker/parameters()/key": _FILLED,
    **_mapping("/container/portMappings()"),
    **_mapping("/container/docker/portMappings()"),
    "/container/linuxInfo/ipcInfo/mode": Bounds(words=("PRIVATE", "SHARE_PARENT")),
    f"{_VOLUME}/containerPath": _FILLED,
    f"{_VOLUME}/hostPath": _FILLED,
    f"{_VOLUME}/secret": _FILLED,
    f"{_VOLUME}/mode": Bounds(words=("RO", "RW")),
    f"{_VOLUME}/persistent/type": Bounds(words=("root", "path", "mount")),
    f"{_VOLUME}/persistent/size": _SOME,
    f"{_VOLUME}/persistent/maxSize": _SOME,
    f"{_VOLUME}/external/size": _SOME,
    f"{_VOLUME}/external/options/pluginName": _FILLED,
    f"{_CAPABILITY}/accessType": Bounds(words=("block", "mount")),
    f"{_CAPABILITY}/accessMode": Bounds(
        words=(
            "SINGLE_NODE_WRITER",
            "SINGLE_NODE_READER_ONLY",
            "MULTI_NODE_READER_ONLY",
            "MULTI_NODE_SINGLE_WRITER",
            "MULTI_NODE_MULTI_WRITER",
        )
    ),
    "/healthChecks()/protocol": Bounds(
        words=("HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_TCP", "MESOS_HTTP", "MESOS_HTTPS")
    ),
    "/healthChecks()/ipProtocol": Bounds(words=("IPv4", "IPv6")),
    **{f"/healthChecks()/{name}": _PORT for name in ("port", "portIndex")},
    **{
        f"/healthChecks()/{name}": _SOME
        for name in (
            "gracePeriodSeconds",
            "intervalSeconds",
            "timeoutSeconds",
            "delaySeconds",
            "maxConsecutiveFailures",
        )
    },
    **{f"/check/{name}": _SOME for name in ("intervalSeconds", "timeoutSeconds", "delaySeconds")},
    **{f"/check/{kind}/{name}": _PORT for kind in ("http", "tcp") for name in ("port", "portIndex")},
    "/check/http/path": _PATH,
    "/check/http/scheme": _SCHEME,
    "/check/exec/command/shell": _FILLED,
    "/readinessChecks()/name": _FILLED,
    "/readinessChecks()/protocol": _SCHEME,
    "/readinessChecks()/path": _PATH,
    "/readinessChecks()/portName": _NAME,
    "/readinessChecks()/intervalSeconds": _SOME,
    "/readinessChecks()/timeoutSeconds": Bounds(least=1),
    "/readinessChecks()/httpStatusCodesForReady()": Bounds(least=100, most=999),
}
