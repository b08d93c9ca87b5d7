"""The types of a pod definition, with their bounds and defaults."""

from __future__ import annotations

from typing import Any

from labengine.marathon.definition import schema
from labengine.marathon.definition.schema import (
    ANY_PORT,
    FILLED,
    LABELS,
    NAME,
    PATH,
    SECONDS,
    STRING,
    optional,
    required,
)
from labengine.marathon.definition.types import (
    Boolean,
    Choice,
    Dictionary,
    Enum,
    Integer,
    Many,
    Number,
    Record,
    Timestamp,
    Type,
)

OPERATORS = ("UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "UNLIKE", "MAX_PER", "IS")
ENVIRONMENT = Dictionary(Choice(schema.env_kind))
COMMAND = Choice(schema.command_kind)

ENDPOINT = Record(
    {
        "name": required(NAME),
        "containerPort": optional(Integer(low=1, high=65535)),
        "hostPort": optional(ANY_PORT),
        "protocol": optional(Many(NAME, fewest=1)),
        "labels": optional(LABELS),
        "networkNames": optional(Many(NAME)),
    }
)

HTTP_CHECK = Record(
    {"endpoint": required(NAME), "path": optional(PATH), "scheme": optional(schema.HTTP_SCHEME, "HTTP")}
)
TCP_CHECK = Record({"endpoint": required(NAME)})
EXEC_CHECK = Record({"command": required(COMMAND)})
_CHECK_KINDS = {"http": optional(HTTP_CHECK), "tcp": optional(TCP_CHECK), "exec": optional(EXEC_CHECK)}
_CHECK_TIMES = {
    "intervalSeconds": optional(SECONDS, 60),
    "timeoutSeconds": optional(SECONDS, 20),
    "delaySeconds": optional(SECONDS, 15),
}
CHECK = Record({**_CHECK_KINDS, **_CHECK_TIMES})
HEALTH_CHECK = Record(
    {
        **_CHECK_KINDS,
        **_CHECK_TIMES,
        "gracePeriodSeconds": optional(SECONDS, 300),
        "maxConsecutiveFailures": optional(SECONDS, 3),
    }
)

RESOURCES = Record(
    {
        "cpus": optional(Number(low=0.001), 1.0),
        "mem": optional(Number(low=0.001), 128.0),
        "disk": optional(Number(low=0), 0.0),
        "gpus": optional(Integer(low=0), 0),
    }
)
IMAGE = Record(
    {
        "kind": required(Enum(("DOCKER",))),
        "id": required(PATH),
        "pullConfig": optional(Record({"secret": required(FILLED)})),
        "forcePull": optional(Boolean()),
        "labels": optional(LABELS),
    }
)
CONTAINER = Record(
    {
        "name": required(NAME),
        "exec": optional(Record({"command": required(COMMAND), "overrideEntrypoint": optional(Boolean())})),
        "resources": required(RESOURCES),
        "resourceLimits": optional(schema.RESOURCE_LIMITS),
        "endpoints": optional(Many(ENDPOINT)),
        "linuxInfo": optional(schema.LINUX_INFO),
        "image": optional(IMAGE),
        "environment": optional(ENVIRONMENT),
        "user": optional(STRING),
        "healthCheck": optional(HEALTH_CHECK),
        "check": optional(CHECK),
        "volumeMounts": optional(
            Many(Record({"name": required(NAME), "mountPath": required(PATH), "readOnly": optional(Boolean(), False)}))
        ),
        "artifacts": optional(Many(schema.ARTIFACT)),
        "labels": optional(LABELS),
        "lifecycle": optional(Record({"killGracePeriodSeconds": optional(Number(low=0))})),
        "tty": optional(Boolean()),
    }
)

_PERSISTENT = Record({"name": required(FILLED), "persistent": schema.PERSISTENT_VOLUME.fields["persistent"]})
_SECRET = Record({"name": required(FILLED), "secret": required(FILLED)})
_HOST = Record({"name": required(NAME), "host": required(STRING)})
_EPHEMERAL = Record({"name": required(NAME)})
_VOLUMES = {"persistent": _PERSISTENT, "secret": _SECRET, "host": _HOST}


def _volume_kind(value: Any) -> Type:
    kinds = [kind for key, kind in _VOLUMES.items() if isinstance(value, dict) and value.get(key) is not None]
    return kinds[0] if kinds else _EPHEMERAL


SCHEDULING = Record(
    {
        "backoff": optional(
            Record(
                {
                    "backoff": optional(Number(low=0), 1.0),
                    "backoffFactor": optional(Number(low=0), 1.15),
                    "maxLaunchDelay": optional(Number(low=0), 300.0),
                }
            )
        ),
        "upgrade": optional(
            Record(
                {
                    "minimumHealthCapacity": optional(Number(low=0, high=1), 1.0),
                    "maximumOverCapacity": optional(Number(low=0, high=1), 1.0),
                }
            )
        ),
        "placement": optional(
            Record(
                {
                    "constraints": optional(
                        Many(
                            Record(
                                {
                                    "fieldName": required(STRING),
                                    "operator": required(Enum(OPERATORS)),
                                    "value": optional(STRING),
                                }
                            ),
                            unique=True,
                        )
                    ),
                    "acceptedResourceRoles": optional(Many(STRING)),
                }
            )
        ),
        "killSelection": optional(Enum(("YOUNGEST_FIRST", "OLDEST_FIRST"))),
        "unreachableStrategy": optional(Choice(schema.unreachable_kind)),
    }
)

POD = Record(
    {
        "id": required(schema.ID),
        "labels": optional(LABELS),
        "version": optional(Timestamp()),
        "user": optional(STRING),
        "environment": optional(ENVIRONMENT),
        "containers": required(Many(CONTAINER, fewest=1)),
        "secrets": optional(Dictionary(Record({"source": required(FILLED)}))),
        "volumes": optional(Many(Choice(_volume_kind))),
        "networks": optional(Many(schema.NETWORK)),
        "scaling": optional(Record({"kind": required(Enum(("fixed",))), "instances": optional(Integer(low=0), 1)})),
        "scheduling": optional(SCHEDULING),
        "executorResources": optional(schema.EXECUTOR_RESOURCES),
        "role": optional(FILLED),
        "linuxInfo": optional(schema.LINUX_INFO),
        "legacySharedCgroups": optional(Boolean()),
    }
)
