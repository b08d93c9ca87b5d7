# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounds of the single values of a pod, by the types of Marathon's API (pod.raml, podContainer.raml of 1.11)."""

from __future__ import annotations

from .constraints import OPERATORS
from .ranges import Bounds

_PATTERN = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_FORM = "of lower-case letters, digits and inner hyphens"
_NAME = Bounds(text=True, pattern=_PATTERN, form=_FORM, shortest=1, longest=63)
_NETWORK_NAME = Bounds(
    text=True,
    pattern="[a-z0-9]([-a-z0-9_]*[a-z0-9])?",
    form="of lower-case letters, digits, inner hyphens and underscores",
    shortest=1,
    longest=63,
)
_PATH = Bounds(text=True, shortest=1, longest=1024)
_FILLED = Bounds(text=True, shortest=1)
_TEXT = Bounds(text=True)
_PORT = Bounds(least=0, most=65535)
_SOME = Bounds(least=0)
# Of a type with 32 bits.
_COUNT = Bounds(least=0, most=2147483647)
_SHARE = Bounds(least=0, most=1)
_SCHEME = Bounds(words=("HTTP", "HTTPS"))

_BOX = "/containers()"
BOUNDS = {
    "/user": _FILLED,
    "/role": _FILLED,
    "/secrets/*/source": _FILLED,
    "/scaling/kind": Bounds(words=("fixed",)),
    "/scaling/instances": _COUNT,
    "/executorResources/cpus": Bounds(least=0.1),
    "/executorResources/mem": Bounds(least=32),
    "/executorResources/disk": Bounds(least=10),
    "/networks()/mode": Bounds(words=("container", "container/bridge", "host")),
    "/networks()/name": _NETWORK_NAME,
    "/volumes()/name": _FILLED,
    "/volumes()/host": _FILLED,
    "/volumes()/secret": _FILLED,
    "/volumes()/persistent/type": Bounds(words=("root", "path", "mount")),
    "/volumes()/persistent/profileName": _TEXT,
    "/volumes()/persistent/size": _SOME,
    "/volumes()/persistent/maxSize": _SOME,
    "/scheduling/backoff/backoff": _SOME,
    "/scheduling/backoff/backoffFactor": _SOME,
    "/scheduling/backoff/maxLaunchDelay": _SOME,
    "/scheduling/upgrade/minimumHealthCapacity": _SHARE,
    "/scheduling/upgrade/maximumOverCapacity": _SHARE,
    "/scheduling/killSelection": Bounds(words=("YOUNGEST_FIRST", "OLDEST_FIRST")),
    "/scheduling/unreachableStrategy/inactiveAfterSeconds": _SOME,
    "/scheduling/unreachableStrategy/expungeAfterSeconds": _SOME,
    "/scheduling/placement/constraints()/fieldName": _FILLED,
    "/scheduling/placement/constraints()/operator": Bounds(words=OPERATORS),
    "/scheduling/placement/acceptedResourceRoles()": _TEXT,
    f"{_BOX}/name": _NAME,
    f"{_BOX}/user": _TEXT,
    f"{_BOX}/resources/cpus": Bounds(least=0.001),
    f"{_BOX}/resources/mem": Bounds(least=0.001),
    f"{_BOX}/resources/disk": _SOME,
    f"{_BOX}/resources/gpus": _COUNT,
    f"{_BOX}/exec/command/shell": _FILLED,
    f"{_BOX}/image/kind": Bounds(words=("DOCKER",)),
    f"{_BOX}/image/id": _PATH,
    f"{_BOX}/image/pullConfig/secret": _FILLED,
    f"{_BOX}/endpoints()/name": _NAME,
    f"{_BOX}/endpoints()/containerPort": Bounds(least=1, most=65535),
    f"{_BOX}/endpoints()/hostPort": _PORT,
    f"{_BOX}/endpoints()/protocol()": _NAME,
    f"{_BOX}/endpoints()/networkNames()": _NAME,
    f"{_BOX}/volumeMounts()/name": _NAME,
    f"{_BOX}/volumeMounts()/mountPath": _PATH,
    f"{_BOX}/artifacts()/uri": _PATH,
    f"{_BOX}/artifacts()/destPath": _PATH,
    f"{_BOX}/lifecycle/killGracePeriodSeconds": _SOME,
    **{
        f"{place}/{name}": bounds
        for place in ("/linuxInfo", f"{_BOX}/linuxInfo")
        for name, bounds in {
            "seccomp/profileName": _TEXT,
            "ipcInfo/mode": Bounds(words=("PRIVATE", "SHARE_PARENT")),
            "ipcInfo/shmSize": Bounds(least=-(2**31), most=2147483647),
        }.items()
    },
    **{
        f"{_BOX}/{check}/{place}": bounds
        for check in ("healthCheck", "check")
        for place, bounds in {
            "http/endpoint": _NAME,
            "http/path": _PATH,
            "http/scheme": _SCHEME,
            "tcp/endpoint": _NAME,
            "exec/command/shell": _FILLED,
            "intervalSeconds": _COUNT,
            "timeoutSeconds": _COUNT,
            "delaySeconds": _COUNT,
            "gracePeriodSeconds": _COUNT,
            "maxConsecutiveFailures": _COUNT,
        }.items()
    },
}
_COMMAND = ("command",)
REQUIRED = {
    "": ("containers",),
    _BOX: ("name",),
    "/linuxInfo/ipcInfo": ("mode",),
    f"{_BOX}/linuxInfo/ipcInfo": ("mode",),
    "/scaling": ("kind",),
    "/volumes()": ("name",),
    "/volumes()/persistent": ("size",),
    "/secrets/*": ("source",),
    "/scheduling/placement/constraints()": ("fieldName", "operator"),
    f"{_BOX}/exec": _COMMAND,
    f"{_BOX}/image": ("kind", "id"),
    f"{_BOX}/image/pullConfig": ("secret",),
    f"{_BOX}/endpoints()": ("name",),
    f"{_BOX}/volumeMounts()": ("name", "mountPath"),
    f"{_BOX}/artifacts()": ("uri",),
    f"{_BOX}/healthCheck/http": ("endpoint",),
    f"{_BOX}/healthCheck/tcp": ("endpoint",),
    f"{_BOX}/healthCheck/exec": _COMMAND,
    f"{_BOX}/check/http": ("endpoint",),
    f"{_BOX}/check/tcp": ("endpoint",),
    f"{_BOX}/check/exec": _COMMAND,
}
