# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of what is inside an app's fields: api.md 2.5 to 2.9, with the release that brought each of them."""

from __future__ import annotations

from typing import Any

from . import values
from .schema import (
    ANY,
    FLAG,
    INTEGER,
    LABELS,
    LOWER,
    NUMBER,
    PROTOCOLS,
    TEXT,
    TEXTS,
    UPPER,
    Choice,
    Dictionary,
    List,
    Member,
    Record,
    Shape,
)


def _read_constraint(value: Any, path: str) -> list[str]:
    constraint = TEXTS.read(value, path)
    if len(constraint) > 1:
        # Marathon stores an operator in lower case and then fails on it with a 500.
        constraint[1] = constraint[1].upper()
    # Up to 1.4 people had to write the empty value, since 1.5 they must not.
    return constraint[:2] if constraint[1:] == ["UNIQUE", ""] else constraint


CONSTRAINTS = List(Shape(_read_constraint), unordered=True)

SECRETS = Dictionary(Record({"source": Member(TEXT, needed=True)}))
ENV = Dictionary(Choice(lambda value: _ENV_SECRET if isinstance(value, dict) else TEXT))
_ENV_SECRET = Record({"secret": Member(TEXT, needed=True)})

PORT_DEFINITION = Record(
    {
        "port": Member(INTEGER, 0),
        "protocol": Member(PROTOCOLS, "tcp"),
        "name": Member(TEXT),
        "labels": Member(LABELS, drop_empty=True),
    }
)

PORT_MAPPING = Record(
    {
        "containerPort": Member(INTEGER, 0),
        "hostPort": Member(INTEGER),
        "servicePort": Member(INTEGER, 0),
        "protocol": Member(PROTOCOLS, "tcp"),
        "name": Member(TEXT, since=(1, 0)),
        "labels": Member(LABELS, {}, since=(1, 0), drop_empty=True),
        "networkNames": Member(TEXTS, since=(1, 5), drop_empty=True),
    }
)

NETWORK = Record({"mode": Member(LOWER, "container"), "name": Member(TEXT), "labels": Member(LABELS, drop_empty=True)})

_PARAMETER = Record({"key": Member(TEXT, needed=True), "value": Member(TEXT, needed=True)})
DOCKER = Record(
    {
        "image": Member(TEXT, needed=True),
        "forcePullImage": Member(FLAG, False),
        "privileged": Member(FLAG, False),
        "parameters": Member(List(_PARAMETER), []),
        "pullConfig": Member(Record({"secret": Member(TEXT, needed=True)}), since=(1, 5)),
        "credential": Member(Record({"principal": Member(TEXT), "secret": Member(TEXT)}), since=(1, 2)),
    }
)

LINUX_INFO = Record(
    {
        "seccomp": Member(Record({"profileName": Member(TEXT), "unconfined": Member(FLAG, False)})),
        "ipcInfo": Member(Record({"mode": Member(UPPER), "shmSize": Member(INTEGER)}), since=(1, 9)),
    }
)

PERSISTENT = Record(
    {
        "size": Member(INTEGER),
        "type": Member(LOWER, since=(1, 2)),
        "maxSize": Member(INTEGER, since=(1, 2)),
        "profileName": Member(TEXT, since=(1, 6)),
        "constraints": Member(CONSTRAINTS, [], since=(1, 2)),
    }
)

_CSI_OPTIONS = Record(
    {
        "pluginName": Member(TEXT),
        "capability": Member(
            Record(
                {
                    "accessMode": Member(UPPER),
                    "accessType": Member(LOWER),
                    "fsType": Member(TEXT),
                    "mountFlags": Member(TEXTS, drop_empty=True),
                }
            )
        ),
        "nodeStageSecret": Member(LABELS, drop_empty=True),
        "nodePublishSecret": Member(LABELS, drop_empty=True),
        "volumeContext": Member(LABELS, drop_empty=True),
    }
)
_CSI = Record(
    {
        "name": Member(TEXT, needed=True),
        "provider": Member(LOWER, needed=True),
        "options": Member(_CSI_OPTIONS, since=(1, 11)),
    }
)
_DVDI = Record(
    {
        "name": Member(TEXT, needed=True),
        "provider": Member(TEXT, needed=True),
        "size": Member(INTEGER),
        "options": Member(LABELS, drop_empty=True),
        "shared": Member(FLAG, False, since=(1, 8)),
    }
)


def _external(value: Any) -> Record:
    return _CSI if isinstance(value, dict) and str(value.get("provider")).lower() == "csi" else _DVDI


def _ip_protocol(value: Any, path: str) -> str:
    text = TEXT.read(value, path)
    return next((word for word in ("IPv4", "IPv6") if word.lower() == text.lower()), text)


VOLUME = Record(
    {
        "containerPath": Member(TEXT, needed=True),
        "hostPath": Member(TEXT),
        "mode": Member(UPPER),
        "persistent": Member(PERSISTENT, since=(1, 0)),
        "external": Member(Choice(_external), since=(1, 0)),
        "secret": Member(TEXT, since=(1, 5)),
    }
)

CONTAINER = Record(
    {
        "type": Member(UPPER, "DOCKER"),
        "docker": Member(DOCKER),
        "appc": Member(ANY, since=(1, 3)),
        "portMappings": Member(List(PORT_MAPPING)),
        "volumes": Member(List(VOLUME), []),
        "linuxInfo": Member(LINUX_INFO, since=(1, 8)),
    }
)

HEALTH_CHECK = Record(
    {
        "protocol": Member(UPPER, "HTTP"),
        "path": Member(TEXT),
        "port": Member(INTEGER, since=(0, 14)),
        "portIndex": Member(INTEGER),
        "command": Member(Record({"value": Member(TEXT, needed=True)})),
        "gracePeriodSeconds": Member(INTEGER, 300),
        "intervalSeconds": Member(INTEGER, 60),
        "timeoutSeconds": Member(INTEGER, 20),
        "maxConsecutiveFailures": Member(INTEGER, 3),
        "delaySeconds": Member(INTEGER, 15, before=((1, 5), 2), since=(1, 4)),
        "ignoreHttp1xx": Member(FLAG, False),
        "ipProtocol": Member(Shape(_ip_protocol, blank_is_none=True), "IPv4", since=(1, 6)),
    }
)


CHECK = Record(
    {
        "http": Member(
            Record(
                {
                    "scheme": Member(UPPER, "HTTP"),
                    "path": Member(TEXT),
                    "port": Member(INTEGER),
                    "portIndex": Member(INTEGER),
                }
            )
        ),
        "tcp": Member(Record({"port": Member(INTEGER), "portIndex": Member(INTEGER)})),
        "exec": Member(Record({"command": Member(Record({"shell": Member(TEXT), "argv": Member(TEXTS)}))})),
        "intervalSeconds": Member(INTEGER, 60),
        "timeoutSeconds": Member(INTEGER, 20),
        "delaySeconds": Member(INTEGER, 15),
    }
)

READINESS_CHECK = Record(
    {
        "name": Member(TEXT, "readinessCheck"),
        "protocol": Member(UPPER, "HTTP"),
        "path": Member(TEXT, "/"),
        "portName": Member(TEXT, "http-api"),
        "intervalSeconds": Member(INTEGER, 30),
        "timeoutSeconds": Member(INTEGER, 10),
        "httpStatusCodesForReady": Member(List(INTEGER, unordered=True), [200], drop_empty=True),
        "preserveLastResponse": Member(FLAG, False),
    }
)

ARTIFACT = Record(
    {
        "uri": Member(TEXT, needed=True),
        "extract": Member(FLAG, True),
        "executable": Member(FLAG, False),
        "cache": Member(FLAG, False),
        "destPath": Member(TEXT, since=(1, 3)),
    }
)

EXECUTOR_RESOURCES = Record({"cpus": Member(NUMBER, 0.1), "mem": Member(NUMBER, 32.0), "disk": Member(NUMBER, 10.0)})


def _is_word(value: Any) -> bool:
    try:
        values.number(value, "")
    except values.DefinitionError:
        return isinstance(value, str)
    return False


_LIMIT = Choice(lambda value: LOWER if _is_word(value) else NUMBER, blank_is_none=True)
RESOURCE_LIMITS = Record({"cpus": Member(_LIMIT), "mem": Member(_LIMIT)})

UPGRADE_STRATEGY = Record({"minimumHealthCapacity": Member(NUMBER), "maximumOverCapacity": Member(NUMBER)})

_UNREACHABLE = Record({"inactiveAfterSeconds": Member(INTEGER), "expungeAfterSeconds": Member(INTEGER)})
# Any string switches the strategy off, whatever it says.
_DISABLED = Shape(lambda value, path: "disabled")
UNREACHABLE_STRATEGY = Choice(lambda value: _DISABLED if isinstance(value, str) else _UNREACHABLE, blank_is_none=True)
