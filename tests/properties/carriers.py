"""Definitions that Marathon takes and that, together, have every field of an app and of a pod."""

from __future__ import annotations

from typing import Any

_HTTP_CHECK = {
    "protocol": "HTTP",
    "path": "/health",
    "portIndex": 0,
    "gracePeriodSeconds": 10,
    "intervalSeconds": 5,
    "timeoutSeconds": 4,
    "maxConsecutiveFailures": 2,
    "delaySeconds": 1,
    "ignoreHttp1xx": True,
    "ipProtocol": "IPv4",
}
_COMMON: dict[str, Any] = {"cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "instances": 0}

HOST = {
    **_COMMON,
    "user": "www",
    "env": {"MODE": "fast", "PW": {"secret": "s0"}},
    "disk": 1,
    "gpus": 0,
    "executor": "",
    "executorResources": {"cpus": 0.2, "mem": 64, "disk": 20},
    "resourceLimits": {"cpus": 2, "mem": "unlimited"},
    "constraints": [["hostname", "UNIQUE"]],
    "acceptedResourceRoles": ["dev"],
    "role": "dev",
    "fetch": [
        {"uri": "http://h/a.tgz", "extract": True, "executable": False, "cache": True, "destPath": "lib/a"},
    ],
    "portDefinitions": [{"port": 0, "protocol": "tcp", "name": "http", "labels": {"a": "b"}}],
    "requirePorts": False,
    "container": {
        "type": "MESOS",
        "docker": {"image": "nginx", "forcePullImage": True, "pullConfig": {"secret": "s0"}},
        "linuxInfo": {"seccomp": {"profileName": "p"}, "ipcInfo": {"mode": "PRIVATE", "shmSize": 16}},
        "volumes": [
            {"containerPath": "/etc/a", "hostPath": "/var/a", "mode": "RO"},
            {"containerPath": "/run/secret", "secret": "s0"},
        ],
    },
    "healthChecks": [_HTTP_CHECK, {"protocol": "COMMAND", "command": {"value": "true"}}],
    "check": {
        "http": {"portIndex": 0, "path": "/", "scheme": "HTTP"},
        "intervalSeconds": 5,
        "timeoutSeconds": 4,
        "delaySeconds": 1,
    },
    "readinessChecks": [
        {
            "name": "ready",
            "protocol": "HTTP",
            "path": "/ready",
            "portName": "http",
            "intervalSeconds": 5,
            "timeoutSeconds": 4,
            "httpStatusCodesForReady": [200],
            "preserveLastResponse": True,
        }
    ],
    "dependencies": ["/db"],
    "upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.2},
    "backoffSeconds": 2,
    "backoffFactor": 1.5,
    "maxLaunchDelaySeconds": 60,
    "taskKillGracePeriodSeconds": 5,
    "killSelection": "OLDEST_FIRST",
    "unreachableStrategy": {"inactiveAfterSeconds": 5, "expungeAfterSeconds": 10},
    "labels": {"team": "shop"},
    "secrets": {"s0": {"source": "path/to/secret"}},
    "tty": True,
}

BRIDGE = {
    "args": ["run"],
    "cpus": 0.1,
    "mem": 32,
    "instances": 0,
    "networks": [{"mode": "container/bridge", "labels": {"a": "b"}}],
    "container": {
        "type": "DOCKER",
        "docker": {
            "image": "nginx",
            "forcePullImage": False,
            "privileged": True,
            "parameters": [{"key": "hostname", "value": "a"}],
        },
        "portMappings": [
            {
                "containerPort": 80,
                "hostPort": 0,
                "servicePort": 10000,
                "protocol": "tcp",
                "name": "http",
                "labels": {"a": "b"},
            }
        ],
    },
    "healthChecks": [{"protocol": "MESOS_TCP", "port": 80}],
}

RESIDENT = {
    **_COMMON,
    "role": "dev",
    "unreachableStrategy": "disabled",
    "upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0},
    "container": {
        "type": "MESOS",
        "volumes": [
            {
                "containerPath": "data",
                "mode": "RW",
                "persistent": {
                    "size": 5,
                    "type": "mount",
                    "maxSize": 50,
                    "profileName": "fast",
                    "constraints": [["path", "LIKE", "/dev/.*"]],
                },
            }
        ],
    },
    "check": {"exec": {"command": {"shell": "true"}}},
}


def _external(**fields: Any) -> dict[str, Any]:
    volume = {"containerPath": "/mnt/a", "mode": "RW", "external": {"name": "v1", **fields}}
    return {**_COMMON, "instances": 1, "container": {"type": "MESOS", "volumes": [volume]}}


DVDI = _external(provider="dvdi", options={"dvdi/driver": "rexray"}, shared=True, size=5)
CSI = _external(
    provider="csi",
    options={
        "pluginName": "nfs",
        "capability": {
            "accessMode": "SINGLE_NODE_WRITER",
            "accessType": "mount",
            "fsType": "xfs",
            "mountFlags": ["ro"],
        },
        "volumeContext": {"a": "b"},
    },
)
CSI["container"]["volumes"][0]["external"]["name"] = "v2"
LISTENING = {**_COMMON, "check": {"tcp": {"port": 80}}}

APPS = [HOST, BRIDGE, RESIDENT, DVDI, CSI, LISTENING]

_RESOURCES = {"cpus": 0.1, "mem": 32, "disk": 1, "gpus": 0}
POD = {
    "labels": {"team": "shop"},
    "user": "www",
    "environment": {"MODE": "fast"},
    "containers": [
        {
            "name": "web",
            "exec": {"command": {"shell": "sleep 1"}, "overrideEntrypoint": False},
            "resources": _RESOURCES,
            "resourceLimits": {"cpus": 2, "mem": "unlimited"},
            "endpoints": [
                {
                    "name": "http",
                    "containerPort": 80,
                    "hostPort": 0,
                    "protocol": ["tcp"],
                    "labels": {"a": "b"},
                    "networkNames": ["dcos"],
                }
            ],
            "image": {
                "kind": "DOCKER",
                "id": "nginx",
                "pullConfig": {"secret": "s0"},
                "forcePull": True,
                "labels": {"a": "b"},
            },
            "environment": {"PW": {"secret": "s0"}},
            "user": "www",
            "healthCheck": {
                "http": {"endpoint": "http", "path": "/", "scheme": "HTTP"},
                "gracePeriodSeconds": 10,
                "intervalSeconds": 5,
                "maxConsecutiveFailures": 2,
                "timeoutSeconds": 4,
                "delaySeconds": 1,
            },
            "volumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": True}],
            "artifacts": [
                {"uri": "http://h/a.tgz", "extract": True, "executable": False, "cache": True, "destPath": "lib/a"},
            ],
            "labels": {"a": "b"},
            "lifecycle": {"killGracePeriodSeconds": 5},
            "tty": True,
        },
        {
            "name": "writer",
            "exec": {"command": {"argv": ["sleep", "1"]}},
            "resources": {"cpus": 0.1, "mem": 32},
            "check": {
                "exec": {"command": {"shell": "true"}},
                "intervalSeconds": 5,
                "timeoutSeconds": 4,
                "delaySeconds": 1,
            },
            "linuxInfo": {"seccomp": {"unconfined": True}},
        },
        {
            "name": "proxy",
            "resources": {"cpus": 0.1, "mem": 32},
            "exec": {"command": {"shell": "sleep 1"}},
            "endpoints": [{"name": "proxy", "containerPort": 81}],
            "healthCheck": {"tcp": {"endpoint": "proxy"}},
        },
    ],
    "secrets": {"s0": {"source": "path/to/secret"}},
    "volumes": [{"name": "data", "host": "/var/data"}],
    "networks": [{"mode": "container", "name": "dcos", "labels": {"a": "b"}}],
    "scaling": {"kind": "fixed", "instances": 0},
    "scheduling": {
        "backoff": {"backoff": 1, "backoffFactor": 1.5, "maxLaunchDelay": 60},
        "upgrade": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.2},
        "placement": {
            "constraints": [{"fieldName": "hostname", "operator": "LIKE", "value": "a.*"}],
            "acceptedResourceRoles": ["dev"],
        },
        "killSelection": "OLDEST_FIRST",
        "unreachableStrategy": {"inactiveAfterSeconds": 5, "expungeAfterSeconds": 10},
    },
    "executorResources": {"cpus": 0.2, "mem": 64, "disk": 20},
    "role": "dev",
}
RESIDENT_POD = {
    "containers": [
        {
            "name": "db",
            "exec": {"command": {"shell": "sleep 1"}},
            "resources": {"cpus": 0.1, "mem": 32},
            "volumeMounts": [{"name": "data", "mountPath": "data"}],
            "linuxInfo": {"ipcInfo": {"mode": "PRIVATE", "shmSize": 16}},
        }
    ],
    "role": "dev",
    "volumes": [
        {
            "name": "data",
            "persistent": {"size": 5, "type": "mount", "maxSize": 50, "constraints": [["path", "LIKE", "/dev/.*"]]},
        }
    ],
    "networks": [{"mode": "host"}],
    "scaling": {"kind": "fixed", "instances": 0},
    "scheduling": {"unreachableStrategy": "disabled"},
}

PODS = [POD, RESIDENT_POD]
