# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of a pod, as a table: the kind of each, and what Marathon fills in where it is not declared."""

from __future__ import annotations

from . import values
from .pod_schema import (
    ENVIRONMENT,
    FLAG,
    INTEGER,
    LIMIT,
    LOWER,
    NEEDED,
    NUMBER,
    SECRETS,
    TEXT,
    TEXTS,
    UPPER,
    WORD,
    Filled,
    Many,
    PodField,
    PodRecord,
    Strategy,
)

# Where a container has one.
COMMAND_PLACES = ("exec", "healthCheck/exec", "check/exec")
COMMAND = Filled({"shell": WORD, "argv": Many(TEXT)})
LINUX_INFO = PodRecord(
    {
        "seccomp": Filled({"profileName": WORD, "unconfined": FLAG}, {"unconfined": False}),
        "ipcInfo": Filled({"mode": UPPER, "shmSize": INTEGER}),
    }
)
NETWORK = PodRecord({"name": WORD, "mode": LOWER, "labels": TEXTS}, {"mode": "container"})
ENDPOINT = PodRecord(
    {
        "name": NEEDED,
        "containerPort": INTEGER,
        "hostPort": INTEGER,
        "protocol": Many(LOWER),
        "labels": TEXTS,
        "networkNames": Many(WORD),
    }
)
_KINDS: dict[str, PodField] = {
    "http": Filled({"endpoint": NEEDED, "path": WORD, "scheme": UPPER}, {"scheme": "HTTP"}),
    "tcp": Filled({"endpoint": NEEDED}),
    "exec": Filled({"command": COMMAND}),
    "intervalSeconds": INTEGER,
    "timeoutSeconds": INTEGER,
    "delaySeconds": INTEGER,
}
_TIMES = {"intervalSeconds": 60, "timeoutSeconds": 20, "delaySeconds": 15}
HEALTH_CHECK = Filled(
    {**_KINDS, "gracePeriodSeconds": INTEGER, "maxConsecutiveFailures": INTEGER},
    {**_TIMES, "gracePeriodSeconds": 300, "maxConsecutiveFailures": 3},
)
ARTIFACT = PodRecord(
    {"uri": NEEDED, "extract": FLAG, "executable": FLAG, "cache": FLAG, "destPath": WORD},
    {"extract": True, "executable": False, "cache": False},
)
CONTAINER = PodRecord(
    {
        "name": NEEDED,
        "exec": Filled({"command": COMMAND, "overrideEntrypoint": FLAG}),
        "resources": PodRecord(
            {"cpus": NUMBER, "mem": NUMBER, "disk": NUMBER, "gpus": INTEGER},
            {"cpus": 1.0, "mem": 128.0, "disk": 0.0, "gpus": 0},
        ),
        "resourceLimits": PodRecord({"cpus": LIMIT, "mem": LIMIT}),
        "endpoints": Many(ENDPOINT),
        "linuxInfo": LINUX_INFO,
        "image": Filled(
            {
                "kind": UPPER,
                "id": NEEDED,
                "pullConfig": Filled({"secret": NEEDED}),
                "forcePull": FLAG,
                "labels": TEXTS,
            }
        ),
        "environment": ENVIRONMENT,
        "user": WORD,
        "healthCheck": HEALTH_CHECK,
        "check": Filled(_KINDS, _TIMES),
        "volumeMounts": Many(PodRecord({"name": NEEDED, "mountPath": NEEDED, "readOnly": FLAG}, {"readOnly": False})),
        "artifacts": Many(ARTIFACT),
        "labels": TEXTS,
        "lifecycle": PodRecord({"killGracePeriodSeconds": NUMBER}),
        "tty": FLAG,
    },
    {"resources": {}},
)
VOLUME = PodRecord(
    {
        "name": NEEDED,
        "host": WORD,
        "secret": WORD,
        "persistent": Filled(
            {
                "type": LOWER,
                "size": INTEGER,
                "maxSize": INTEGER,
                "profileName": WORD,
                "constraints": Many(Many(TEXT), unordered=True),
            },
            {"type": "root", "constraints": []},
        ),
    }
)
PLACEMENT = PodRecord(
    {
        "constraints": Many(PodRecord({"fieldName": NEEDED, "operator": UPPER, "value": TEXT}), unordered=True),
        "acceptedResourceRoles": Many(WORD, unordered=True),
    }
)
SCHEDULING = PodRecord(
    {
        "backoff": PodRecord(
            {"backoff": NUMBER, "backoffFactor": NUMBER, "maxLaunchDelay": NUMBER},
            {"backoff": 1.0, "backoffFactor": 1.15, "maxLaunchDelay": 300.0},
        ),
        "upgrade": PodRecord(
            {"minimumHealthCapacity": NUMBER, "maximumOverCapacity": NUMBER},
            {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 1.0},
        ),
        "placement": PLACEMENT,
        "killSelection": UPPER,
        "unreachableStrategy": Strategy(
            {"inactiveAfterSeconds": INTEGER, "expungeAfterSeconds": INTEGER},
            {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0},
        ),
    },
    {"backoff": {}, "upgrade": {}, "placement": {}, "killSelection": "YOUNGEST_FIRST", "unreachableStrategy": {}},
)
POD = PodRecord(
    {
        "id": PodField(values.absolute_id),
        "labels": TEXTS,
        "user": WORD,
        "environment": ENVIRONMENT,
        "containers": Many(CONTAINER),
        "secrets": SECRETS,
        "volumes": Many(VOLUME),
        "networks": Many(NETWORK),
        "scaling": PodRecord({"kind": LOWER, "instances": INTEGER}, {"kind": "fixed", "instances": 1}),
        "scheduling": SCHEDULING,
        "executorResources": PodRecord(
            {"cpus": NUMBER, "mem": NUMBER, "disk": NUMBER}, {"cpus": 0.1, "mem": 32.0, "disk": 10.0}
        ),
        "role": WORD,
        "linuxInfo": LINUX_INFO,
        "legacySharedCgroups": FLAG,
    },
    {"scaling": {}, "scheduling": {}, "executorResources": {}},
)
