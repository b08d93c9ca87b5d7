"""No value of a secret in an object, a note, a name or the report; a reference stands for each."""

from __future__ import annotations

import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate import files, translation

VALUE = "hunter2-hunter2"
APP = {
    "id": "/shop/web",
    "cmd": f"run --login {VALUE} http://me:{VALUE}-url@h/",
    "env": {
        "DB_PASSWORD": VALUE,
        "API_TOKEN": VALUE + "-token",
        "URL": f"postgres://me:{VALUE}-db@h/x",
        "NAMED": VALUE + "-named",
        "PLAIN_TOKEN": "not-a-secret-at-all",
        "REF": {"secret": "s"},
        "PASSWORD_FILE": "/run/pw",
    },
    "secrets": {"s": {"source": VALUE + "/source"}},
    "labels": {"AUTH_TOKEN": VALUE + "-label", "team": "red", "DCOS_PACKAGE_OPTIONS": VALUE},
    "container": {
        "type": "DOCKER",
        "docker": {
            "image": "web",
            "parameters": [
                {"key": "env", "value": f"MORE_PASSWORD={VALUE}-env"},
                {"key": "env", "value": "COLOUR=red"},
                {"key": "label", "value": f"secret={VALUE}-l"},
            ],
        },
    },
    "fetch": [{"uri": f"http://me:{VALUE}-fetch@h/a.tgz"}],
    "healthChecks": [{"protocol": "COMMAND", "command": {"value": f"curl -u me:{VALUE} h"}}],
}
POD = {
    "id": "/shop/pod",
    "environment": {"DB_PASSWORD": VALUE, "REF": {"secret": "s"}},
    "secrets": {"s": {"source": VALUE}},
    "containers": [
        {
            "name": "a",
            "resources": {"cpus": 1, "mem": 32},
            "image": {"kind": "DOCKER", "id": "a", "pullConfig": {"secret": "s"}},
            "environment": {"API_KEY": VALUE + "-key"},
            "exec": {"command": {"shell": f"run {VALUE}-key"}},
        }
    ],
}
OPTIONS = {"secret_env": ["NAMED"], "plain_env": ["PLAIN_TOKEN"]}


def translate(definition, **options):
    return translation.translate([(definition, "x")], {**OPTIONS, **options})[0]


@pytest.mark.parametrize("options", [{}, {"compat_env": "all", "config_map": True}])
@pytest.mark.parametrize("definition", [APP, POD, [APP, POD]], ids=["app", "pod", "both"])
def test_no_value_anywhere(definition, options):
    sources = translation.sources(definition)
    made = translation.translate(sources, {**OPTIONS, **options})
    written = files.of_set(made, ["kubernetes", "swarm"])
    notes = [note for one in made for note in one.all_notes(["kubernetes", "swarm"])]
    everything = json.dumps([one.objects for one in made]) + json.dumps(notes) + "".join(written.values())
    assert VALUE not in everything
    assert "not-a-secret-at-all" in everything or definition is POD


def test_references_of_kubernetes():
    made = translate(APP)
    deployment = next(one for one in made.objects["kubernetes"] if one["kind"] == "Deployment")
    env = {one["name"]: one for one in deployment["spec"]["template"]["spec"]["containers"][0]["env"]}
    for name in ("DB_PASSWORD", "API_TOKEN", "URL", "NAMED", "MORE_PASSWORD"):
        reference = {"name": "shop-web-secrets", "key": name}
        assert env[name] == {"name": name, "valueFrom": {"secretKeyRef": reference}}
    assert env["REF"]["valueFrom"]["secretKeyRef"] == {"name": "shop-web-secrets", "key": "s"}
    assert env["PASSWORD_FILE"]["value"] == "/run/pw"
    assert env["COLOUR"]["value"] == "red"


def test_references_of_swarm():
    spec = translate(APP).objects["swarm"][0]["TaskTemplate"]["ContainerSpec"]
    names = {one["SecretName"] for one in spec["Secrets"]}
    assert {"shop_web.DB_PASSWORD", "shop_web.URL", "shop_web.NAMED", "shop_web.s"} <= names
    assert "DB_PASSWORD_FILE=/run/secrets/DB_PASSWORD" in spec["Env"]


def test_each_place_has_a_note_for_a_person():
    for target in ("swarm", "kubernetes"):
        notes = translate(APP).all_notes([target])
        manual = {note["field"] for note in notes if note["level"] == "manual"}
        assert {"/cmd", "/env/DB_PASSWORD", "/env/URL", "/env/NAMED", "/labels/AUTH_TOKEN", "/secrets/s"} <= manual
        assert {"/fetch/0/uri", "/healthChecks/0/command/value"} <= manual
        assert {f"/container/docker/parameters/{index}/value" for index in (0, 2)} <= manual


def test_a_secret_file_and_the_login_of_a_registry():
    app = {
        "id": "/a",
        "container": {
            "type": "MESOS",
            "docker": {"image": "a", "pullConfig": {"secret": "pull"}},
            "volumes": [{"containerPath": "/k", "secret": "a/odd key"}],
        },
        "secrets": {"pull": {"source": "x"}, "a/odd key": {"source": "y"}},
    }
    made = translate(app)
    pod = made.objects["kubernetes"][0]["spec"]["template"]["spec"]
    key = pod["volumes"][0]["secret"]["items"][0]["key"]
    assert pod["containers"][0]["volumeMounts"][0]["subPath"] == key
    assert "/" not in key and " " not in key
    assert pod["imagePullSecrets"] == [{"name": "a-pull"}]
    assert made.objects["swarm"][0]["TaskTemplate"]["ContainerSpec"]["Secrets"][0]["SecretName"].startswith("a.a-odd")
