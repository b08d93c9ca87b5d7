"""The types of what an app definition is made of, with bounds and defaults, as the API's type layer knows them."""

from __future__ import annotations

from typing import Any

from labengine.marathon.definition import paths
from labengine.marathon.definition.types import (
    ABSENT,
    Boolean,
    Choice,
    Dictionary,
    Enum,
    Field,
    Integer,
    Many,
    Number,
    Record,
    Text,
    Type,
)

NAME_PATTERN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
NETWORK_NAME_PATTERN = r"^[a-z0-9]([-a-z0-9_]*[a-z0-9])?$"
EXECUTOR_PATTERN = r"^(//cmd)|(/?[^/]+(/[^/]+)*)|$"
SECONDS = Integer(low=0)
LONG_SECONDS = Integer(low=0, bits=64)
MEBIBYTES = Integer(low=0, bits=64)

ANY_PORT = Integer(low=0, high=65535)
STRING = Text()
FILLED = Text(shortest=1)
NAME = Text(pattern=NAME_PATTERN, shortest=1, longest=63)
LEGACY_NAME = Text(pattern=NAME_PATTERN, shortest=1)
NETWORK_NAME = Text(pattern=NETWORK_NAME_PATTERN, shortest=1, longest=63)
PATH = Text(shortest=1, longest=1024)
URI = Text(shortest=1, longest=1024)
ID = Text(matches=paths.matches_pattern, shortest=1)
LABELS = Dictionary(STRING)
PROTOCOL = Enum(("tcp", "udp", "udp,tcp"))
HTTP_SCHEME = Enum(("HTTP", "HTTPS"))
CONSTRAINT = Many(STRING)


def required(type_: Type) -> Field:
    return Field(type_, required=True)


def optional(type_: Type, default: Any = ABSENT) -> Field:
    return Field(type_, default=default)


PORT_DEFINITION = Record(
    {
        "port": optional(ANY_PORT, 0),
        "labels": optional(LABELS),
        "name": optional(LEGACY_NAME),
        "protocol": optional(PROTOCOL, "tcp"),
    }
)

PORT_MAPPING = Record(
    {
        "containerPort": optional(ANY_PORT, 0),
        "hostPort": optional(ANY_PORT),
        "labels": optional(LABELS, {}),
        "name": optional(LEGACY_NAME),
        "protocol": optional(PROTOCOL, "tcp"),
        "servicePort": optional(ANY_PORT, 0),
        "networkNames": optional(Many(NAME)),
    }
)

NETWORK = Record(
    {
        "name": optional(NETWORK_NAME),
        "mode": optional(Enum(("container", "container/bridge", "host")), "container"),
        "labels": optional(LABELS),
    }
)

IP_ADDRESS = Record(
    {
        "discovery": optional(
            Record(
                {
                    "ports": optional(
                        Many(
                            Record(
                                {
                                    "number": optional(ANY_PORT, 0),
                                    "name": required(LEGACY_NAME),
                                    "protocol": optional(PROTOCOL, "tcp"),
                                    "labels": optional(LABELS, {}),
                                }
                            )
                        ),
                        [],
                    )
                }
            )
        ),
        "groups": optional(Many(STRING, unique=True)),
        "labels": optional(LABELS),
        "networkName": optional(FILLED),
    }
)

DOCKER = Record(
    {
        "credential": optional(Record({"principal": required(STRING), "secret": optional(STRING)})),
        "pullConfig": optional(Record({"secret": required(FILLED)})),
        "forcePullImage": optional(Boolean(), False),
        "image": required(FILLED),
        "network": optional(Enum(("BRIDGE", "HOST", "NONE", "USER"))),
        "parameters": optional(Many(Record({"key": required(FILLED), "value": required(STRING)})), []),
        "portMappings": optional(Many(PORT_MAPPING)),
        "privileged": optional(Boolean(), False),
    }
)

LINUX_INFO = Record(
    {
        "seccomp": optional(Record({"profileName": optional(STRING), "unconfined": optional(Boolean(), False)})),
        "ipcInfo": optional(
            Record({"mode": required(Enum(("PRIVATE", "SHARE_PARENT"))), "shmSize": optional(Integer())})
        ),
    }
)

READ_MODE = Enum(("RO", "RW"))
PERSISTENT_VOLUME = Record(
    {
        "containerPath": required(FILLED),
        "persistent": required(
            Record(
                {
                    "type": optional(Enum(("root", "path", "mount"))),
                    "size": required(MEBIBYTES),
                    "maxSize": optional(MEBIBYTES),
                    "profileName": optional(STRING),
                    "constraints": optional(Many(CONSTRAINT, unique=True), []),
                }
            )
        ),
        "mode": required(READ_MODE),
    }
)
CSI = Record(
    {
        "name": required(STRING),
        "provider": required(Enum(("csi",))),
        "options": required(
            Record(
                {
                    "pluginName": required(FILLED),
                    "capability": required(
                        Record(
                            {
                                "accessMode": required(
                                    Enum(
                                        (
                                            "SINGLE_NODE_WRITER",
                                            "SINGLE_NODE_READER_ONLY",
                                            "MULTI_NODE_READER_ONLY",
                                            "MULTI_NODE_SINGLE_WRITER",
                                            "MULTI_NODE_MULTI_WRITER",
                                        )
                                    )
                                ),
                                "accessType": required(Enum(("block", "mount"))),
                                "fsType": optional(STRING),
                                "mountFlags": optional(Many(STRING)),
                            }
                        )
                    ),
                    "nodeStageSecret": optional(LABELS),
                    "nodePublishSecret": optional(LABELS),
                    "volumeContext": optional(LABELS),
                }
            )
        ),
    }
)
DVDI = Record(
    {
        "size": optional(MEBIBYTES),
        "name": optional(STRING),
        "provider": optional(STRING),
        "options": optional(LABELS),
        "shared": optional(Boolean(), False),
    }
)


def _external_kind(value: Any) -> Type:
    return CSI if isinstance(value, dict) and value.get("provider") == "csi" else DVDI


EXTERNAL_VOLUME = Record(
    {
        "containerPath": required(FILLED),
        "external": required(Choice(_external_kind)),
        "mode": required(READ_MODE),
    }
)
SECRET_VOLUME = Record({"containerPath": required(FILLED), "secret": required(FILLED)})
HOST_VOLUME = Record({"containerPath": required(FILLED), "hostPath": required(FILLED), "mode": required(READ_MODE)})
VOLUME_KINDS = {"persistent": PERSISTENT_VOLUME, "external": EXTERNAL_VOLUME, "secret": SECRET_VOLUME}


def _volume_kind(value: Any) -> Type:
    kinds = [kind for key, kind in VOLUME_KINDS.items() if isinstance(value, dict) and value.get(key) is not None]
    return kinds[0] if kinds else HOST_VOLUME


CONTAINER = Record(
    {
        "type": optional(Enum(("MESOS", "DOCKER")), "DOCKER"),
        "docker": optional(DOCKER),
        "linuxInfo": optional(LINUX_INFO),
        "volumes": optional(Many(Choice(_volume_kind)), []),
        "portMappings": optional(Many(PORT_MAPPING)),
    }
)

HEALTH_CHECK = Record(
    {
        "command": optional(Record({"value": required(STRING)})),
        "gracePeriodSeconds": optional(SECONDS, 300),
        "ignoreHttp1xx": optional(Boolean()),
        "intervalSeconds": optional(SECONDS, 60),
        "maxConsecutiveFailures": optional(SECONDS, 3),
        "path": optional(STRING),
        "port": optional(ANY_PORT),
        "portIndex": optional(ANY_PORT),
        "protocol": optional(
            Enum(("HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_TCP", "MESOS_HTTP", "MESOS_HTTPS")), "HTTP"
        ),
        "ipProtocol": optional(Enum(("IPv4", "IPv6")), "IPv4"),
        "timeoutSeconds": optional(Integer(), 20),
        "delaySeconds": optional(SECONDS, 15),
    }
)

SHELL = Record({"shell": required(FILLED)})
ARGV = Record({"argv": required(Many(STRING, fewest=1))})


def command_kind(value: Any) -> Type:
    return ARGV if isinstance(value, dict) and value.get("argv") is not None else SHELL


CHECK = Record(
    {
        "http": optional(
            Record(
                {
                    "portIndex": optional(ANY_PORT),
                    "port": optional(ANY_PORT),
                    "path": optional(PATH),
                    "scheme": optional(HTTP_SCHEME, "HTTP"),
                }
            )
        ),
        "tcp": optional(Record({"portIndex": optional(ANY_PORT), "port": optional(ANY_PORT)})),
        "exec": optional(Record({"command": required(Choice(command_kind))})),
        "intervalSeconds": optional(SECONDS, 60),
        "timeoutSeconds": optional(SECONDS, 20),
        "delaySeconds": optional(SECONDS, 15),
    }
)

READINESS_CHECK = Record(
    {
        "name": optional(FILLED, "readinessCheck"),
        "protocol": optional(HTTP_SCHEME, "HTTP"),
        "path": optional(PATH, "/"),
        "portName": optional(LEGACY_NAME, "http-api"),
        "intervalSeconds": optional(SECONDS, 30),
        "timeoutSeconds": optional(Integer(low=1), 10),
        "httpStatusCodesForReady": optional(Many(Integer(low=100, high=999), unique=True, fewest=1)),
        "preserveLastResponse": optional(Boolean(), False),
    }
)

ARTIFACT = Record(
    {
        "uri": required(URI),
        "extract": optional(Boolean(), True),
        "executable": optional(Boolean(), False),
        "cache": optional(Boolean(), False),
        "destPath": optional(PATH),
    }
)


def _limit_kind(value: Any) -> Type:
    return Enum(("unlimited",)) if isinstance(value, str) else Number()


RESOURCE_LIMITS = Record({"cpus": optional(Choice(_limit_kind)), "mem": optional(Choice(_limit_kind))})
EXECUTOR_RESOURCES = Record(
    {
        "cpus": optional(Number(low=0.1), 0.1),
        "mem": optional(Number(low=32), 32.0),
        "disk": optional(Number(low=10), 10.0),
    }
)
UPGRADE_STRATEGY = Record(
    {
        "maximumOverCapacity": required(Number(low=0, high=1)),
        "minimumHealthCapacity": required(Number(low=0, high=1)),
    }
)
RESIDENCY = Record(
    {
        "relaunchEscalationTimeoutSeconds": optional(LONG_SECONDS, 3600),
        "taskLostBehavior": optional(Enum(("WAIT_FOREVER", "RELAUNCH_AFTER_TIMEOUT")), "WAIT_FOREVER"),
    }
)


class _UnreachableDisabled:
    """Any string switches the strategy off, whatever it says."""

    def read(self, value: Any, path: str, failures: list[tuple[str, str]]) -> Any:
        return "disabled"


UNREACHABLE_ENABLED = Record(
    {"inactiveAfterSeconds": optional(LONG_SECONDS, 0), "expungeAfterSeconds": optional(LONG_SECONDS, 0)}
)


def unreachable_kind(value: Any) -> Type:
    return _UnreachableDisabled() if isinstance(value, str) else UNREACHABLE_ENABLED


ENV_SECRET = Record({"secret": required(STRING)})


def env_kind(value: Any) -> Type:
    return STRING if isinstance(value, str) else ENV_SECRET
