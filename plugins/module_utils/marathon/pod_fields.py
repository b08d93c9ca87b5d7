# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of a pod: how each is read, and what Marathon fills in where it is not declared.

A field reads its value into the form that GET returns, and completes it with the defaults of the records inside.
"""

from __future__ import annotations

import copy
from typing import Any, Callable

from ansible_collections.quorum.mesos.plugins.module_utils.marathon import values
from ansible_collections.quorum.mesos.plugins.module_utils.options.names import nearest

Read = Callable[[Any, str], Any]


class Field:
    """With blank_is_none a blank text says nothing, as if the field was not there."""

    def __init__(self, read: Read, blank_is_none: bool = False) -> None:
        self._read = read
        self._blank_is_none = blank_is_none

    def says_nothing(self, value: Any) -> bool:
        return self._blank_is_none and isinstance(value, str) and not value.strip()

    def read(self, value: Any, path: str) -> Any:
        return self._read(value, path)

    def complete(self, value: Any) -> Any:
        return value

    def unknown(self, value: Any, path: str) -> list[str]:
        """One sentence for every field inside that Marathon drops without a word."""
        return []


class Record(Field):
    def __init__(self, fields: dict[str, Field], defaults: dict[str, Any] | None = None) -> None:
        super().__init__(values.mapping)
        self.fields = fields
        self.defaults = defaults or {}

    def read(self, value: Any, path: str) -> dict[str, Any]:
        given = super().read(value, path)
        found = {
            name: field.read(given[name], f"{path}/{name}")
            for name, field in self.fields.items()
            if name in given and not field.says_nothing(given[name])
        }
        # To Marathon an empty collection is an absent one.
        return {name: element for name, element in found.items() if element not in ([], {})}

    def complete(self, value: dict[str, Any]) -> dict[str, Any]:
        whole = {**copy.deepcopy(self.defaults), **value}
        return {name: self.fields[name].complete(element) for name, element in whole.items()}

    def unknown(self, value: Any, path: str) -> list[str]:
        if not isinstance(value, dict):
            return []
        found = []
        for name in value:
            if name in self.fields:
                found += self.fields[name].unknown(value[name], f"{path}/{name}")
                continue
            near = nearest(str(name), self.fields)
            hint = f"; did you mean {near!r}?" if near else ""
            found.append(f"Marathon knows no pod field {path}/{name} and ignores it{hint}")
        return found


class Many(Field):
    """A list; where its order says nothing, it is brought into one."""

    def __init__(self, element: Field, unordered: bool = False) -> None:
        super().__init__(values.sequence)
        self._element = element
        self._unordered = unordered

    def read(self, value: Any, path: str) -> list[Any]:
        found = [self._element.read(one, f"{path}({n})") for n, one in enumerate(super().read(value, path))]
        return values.as_set(found) if self._unordered else found

    def complete(self, value: list[Any]) -> list[Any]:
        return [self._element.complete(one) for one in value]

    def unknown(self, value: Any, path: str) -> list[str]:
        elements = value if isinstance(value, list) else []
        return [text for n, one in enumerate(elements) for text in self._element.unknown(one, f"{path}({n})")]


class Keys(Field):
    """A mapping whose keys are the user's own."""


class Strategy(Record):
    """The unreachable strategy, which any string but a blank one switches off."""

    def says_nothing(self, value: Any) -> bool:
        return isinstance(value, str) and not value.strip()

    def read(self, value: Any, path: str) -> Any:
        return "disabled" if isinstance(value, str) else super().read(value, path)

    def complete(self, value: Any) -> Any:
        return value if isinstance(value, str) else super().complete(value)


def _texts(value: Any, path: str) -> dict[str, Any]:
    return {name: values.scalar_text(text) for name, text in values.mapping(value, path).items()}


def _cased(change: Callable[[str], str]) -> Field:
    return Field(lambda value, _path: change(value) if isinstance(value, str) else value, blank_is_none=True)


def _limit(value: Any, path: str) -> Any:
    return value.lower() if isinstance(value, str) and value.lower() == "unlimited" else values.number(value, path)


TEXT = Field(lambda value, _path: values.scalar_text(value), blank_is_none=True)
WORD = Field(lambda value, _path: value, blank_is_none=True)
# What its record cannot do without: a blank one is left for Marathon to refuse.
NEEDED = Field(lambda value, _path: value)
TEXTS = Keys(_texts)
INTEGER = Field(values.integer)
NUMBER = Field(values.number)
FLAG = Field(values.flag)
UPPER, LOWER = _cased(str.upper), _cased(str.lower)

# Where a container has one.
COMMAND_PLACES = ("exec", "healthCheck/exec", "check/exec")
COMMAND = Record({"shell": WORD, "argv": Many(TEXT)})
LINUX_INFO = Record(
    {
        "seccomp": Record({"profileName": WORD, "unconfined": FLAG}, {"unconfined": False}),
        "ipcInfo": Record({"mode": UPPER, "shmSize": INTEGER}),
    }
)
NETWORK = Record({"name": WORD, "mode": LOWER, "labels": TEXTS}, {"mode": "container"})
ENDPOINT = Record(
    {
        "name": NEEDED,
        "containerPort": INTEGER,
        "hostPort": INTEGER,
        "protocol": Many(LOWER),
        "labels": TEXTS,
        "networkNames": Many(WORD),
    }
)
_KINDS: dict[str, Field] = {
    "http": Record({"endpoint": NEEDED, "path": WORD, "scheme": UPPER}, {"scheme": "HTTP"}),
    "tcp": Record({"endpoint": NEEDED}),
    "exec": Record({"command": COMMAND}),
    "intervalSeconds": INTEGER,
    "timeoutSeconds": INTEGER,
    "delaySeconds": INTEGER,
}
_TIMES = {"intervalSeconds": 60, "timeoutSeconds": 20, "delaySeconds": 15}
HEALTH_CHECK = Record(
    {**_KINDS, "gracePeriodSeconds": INTEGER, "maxConsecutiveFailures": INTEGER},
    {**_TIMES, "gracePeriodSeconds": 300, "maxConsecutiveFailures": 3},
)
ARTIFACT = Record(
    {"uri": NEEDED, "extract": FLAG, "executable": FLAG, "cache": FLAG, "destPath": WORD},
    {"extract": True, "executable": False, "cache": False},
)
CONTAINER = Record(
    {
        "name": NEEDED,
        "exec": Record({"command": COMMAND, "overrideEntrypoint": FLAG}),
        "resources": Record(
            {"cpus": NUMBER, "mem": NUMBER, "disk": NUMBER, "gpus": INTEGER},
            {"cpus": 1.0, "mem": 128.0, "disk": 0.0, "gpus": 0},
        ),
        "resourceLimits": Record({"cpus": Field(_limit), "mem": Field(_limit)}),
        "endpoints": Many(ENDPOINT),
        "linuxInfo": LINUX_INFO,
        "image": Record(
            {
                "kind": UPPER,
                "id": NEEDED,
                "pullConfig": Record({"secret": NEEDED}),
                "forcePull": FLAG,
                "labels": TEXTS,
            }
        ),
        "environment": TEXTS,
        "user": WORD,
        "healthCheck": HEALTH_CHECK,
        "check": Record(_KINDS, _TIMES),
        "volumeMounts": Many(Record({"name": NEEDED, "mountPath": NEEDED, "readOnly": FLAG}, {"readOnly": False})),
        "artifacts": Many(ARTIFACT),
        "labels": TEXTS,
        "lifecycle": Record({"killGracePeriodSeconds": NUMBER}),
        "tty": FLAG,
    },
    {"resources": {}},
)
VOLUME = Record(
    {
        "name": NEEDED,
        "host": WORD,
        "secret": WORD,
        "persistent": Record(
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
PLACEMENT = Record(
    {
        "constraints": Many(Record({"fieldName": NEEDED, "operator": UPPER, "value": TEXT}), unordered=True),
        "acceptedResourceRoles": Many(WORD, unordered=True),
    }
)
SCHEDULING = Record(
    {
        "backoff": Record(
            {"backoff": NUMBER, "backoffFactor": NUMBER, "maxLaunchDelay": NUMBER},
            {"backoff": 1.0, "backoffFactor": 1.15, "maxLaunchDelay": 300.0},
        ),
        "upgrade": Record(
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
POD = Record(
    {
        "id": Field(values.absolute_id),
        "labels": TEXTS,
        "user": WORD,
        "environment": TEXTS,
        "containers": Many(CONTAINER),
        "secrets": Keys(values.mapping),
        "volumes": Many(VOLUME),
        "networks": Many(NETWORK),
        "scaling": Record({"kind": LOWER, "instances": INTEGER}, {"kind": "fixed", "instances": 1}),
        "scheduling": SCHEDULING,
        "executorResources": Record(
            {"cpus": NUMBER, "mem": NUMBER, "disk": NUMBER}, {"cpus": 0.1, "mem": 32.0, "disk": 10.0}
        ),
        "role": WORD,
        "linuxInfo": LINUX_INFO,
        "legacySharedCgroups": FLAG,
    },
    {"scaling": {}, "scheduling": {}, "executorResources": {}},
)
