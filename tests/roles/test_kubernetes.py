"""The playbook kubernetes on a stand-in of the API: real modules of kubernetes.core, real client, no cluster."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import ansible_venv
import pytest
import requests
import yaml
from kubernetes_stand_in import Kubernetes

CHECKOUT = Path(__file__).resolve().parents[2]
# The guide's: two nginx behind a service on port 82.
NGINX = {
    "id": "/shop/nginx",
    "instances": 2,
    "cpus": 0.2,
    "mem": 64,
    # No template to Ansible.
    "env": {"FORMAT": "{{.ID}}"},
    "container": {
        "type": "DOCKER",
        "docker": {
            "image": "nginx",
            "network": "BRIDGE",
            "portMappings": [{"containerPort": 80, "hostPort": 0, "servicePort": 82, "name": "http"}],
        },
    },
}
OPTIONS = {"namespace": "shop"}


@pytest.fixture(scope="module")
def programs():
    try:
        return ansible_venv.programs()
    except ansible_venv.Unavailable as why:
        pytest.skip(f"kubernetes.core applies: {why}")


@pytest.fixture
def cluster():
    with Kubernetes("shop") as found:
        yield found


class Runs:
    def __init__(self, programs, directory, cluster):
        self.programs, self.directory = programs, directory
        self.config = cluster.kubeconfig(directory / "kubeconfig")

    def __call__(self, playbook, *switches, programs=None, **variables):
        program = (programs or self.programs) / "ansible-playbook"
        command = [program, "-i", "localhost,", f"quorum.mesos.{playbook}", "-e", json.dumps(variables), *switches]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            # kubernetes.core keeps there what a cluster offers.
            "TMPDIR": str(self.directory),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".collections"),
            "ANSIBLE_NOCOLOR": "1",
        }
        done = subprocess.run(
            command, cwd=self.directory, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        output = done.stdout + done.stderr
        changed = re.search(r"^localhost +: .*\bchanged=(\d+)", output, re.MULTILINE)
        return done.returncode, int(changed[1]) if changed else None, " ".join(output.split())

    def apply(self, *switches, **variables):
        given = {"kubernetes_dir": "translated", "kubernetes_kubeconfig": str(self.config), **variables}
        return self("kubernetes", *switches, **given)

    def translate(self, *definitions, **options):
        apps = self.directory / "apps"
        apps.mkdir(exist_ok=True)
        for definition in definitions:
            (apps / f"{definition['id'].split('/')[-1]}.json").write_text(json.dumps(definition))
        given = {"translate_targets": ["kubernetes"], "translate_accept": ["manual", "dropped"]}
        given["translate_template"] = False
        code, _changed, output = self(
            "translate", programs=Path(sys.executable).parent, translate_dir="apps", translate_dest="translated",
            translate_options={**OPTIONS, **options}, **given,
        )  # fmt: skip
        assert code == 0, output
        return self.directory / "translated" / "kubernetes"


@pytest.fixture
def runs(programs, tmp_path, cluster):
    return Runs(programs, tmp_path, cluster)


def test_two_nginx_behind_a_service_on_port_82(runs, cluster):
    runs.translate(NGINX)
    code, changed, output = runs.apply("--check", "--diff")
    assert code == 0, output
    assert (changed, cluster.writes) == (1, [])
    assert "3 objects, 3 would change" in output

    code, count, output = runs.apply()
    assert (code, count) == (0, changed), output
    # What sends requests is there first, and nothing was written that had not been tried.
    assert cluster.writes == ["Service shop-nginx", "Deployment shop-nginx", "PodDisruptionBudget shop-nginx"]
    assert "1 workloads, all pods ready" in output
    (port,) = cluster.objects["services", "shop", "shop-nginx"]["spec"]["ports"]
    assert (port["port"], port["targetPort"]) == (82, 80)
    applied = cluster.objects["deployments", "shop", "shop-nginx"]["spec"]
    assert applied["replicas"] == 2
    assert {"name": "FORMAT", "value": "{{.ID}}"} in applied["template"]["spec"]["containers"][0]["env"]

    before = json.dumps(list(cluster.objects.values()))
    code, changed, output = runs.apply()
    assert (code, changed) == (0, 0), output
    assert json.dumps(list(cluster.objects.values())) == before

    runs.translate({**NGINX, "instances": 3})
    code, changed, output = runs.apply("--diff", "--check")
    assert (code, changed) == (0, 1), output
    assert "1 would change: Deployment shop/shop-nginx" in output
    assert json.dumps(list(cluster.objects.values())) == before
    assert runs.apply()[:2] == (0, 1)
    assert cluster.objects["deployments", "shop", "shop-nginx"]["spec"]["replicas"] == 3


def test_pods_that_do_not_start_are_explained(runs, cluster):
    container = json.loads(json.dumps(NGINX["container"]).replace('"nginx"', '"missing/nginx"'))
    crash = json.loads(json.dumps(NGINX["container"]).replace('"nginx"', '"crash/nginx"').replace("82", "83"))
    runs.translate({**NGINX, "container": container}, {**NGINX, "id": "/shop/api", "container": crash})
    code, _changed, output = runs.apply(kubernetes_wait_timeout=4)
    assert code != 0
    assert (
        "After 4 s not all pods are ready. Deployment shop/shop-api: 0 of 2 pods are ready. shop-api-0 and 1 more: "
        "container main ended with status 3 (Error, 7 restarts); read its output: kubectl logs --previous. "
        "Deployment shop/shop-nginx: 0 of 2 pods are ready. shop-nginx-0 and 1 more: container main: ImagePullBackOff, "
        "image missing/nginx (Back-off pulling image"
    ) in output.replace('\\"', '"')
    assert len(cluster.writes) == 6
    assert runs.apply(kubernetes_wait=False)[:2] == (0, 0)


@pytest.mark.long
def test_what_would_be_refused_is_refused_before_anything_is_written(runs, cluster):
    directory = runs.translate({**NGINX, "env": {"DB_PASSWORD": "hunter2-hunter2"}})
    missing = "The cluster has no Secret shop/shop-nginx-secrets with DB_PASSWORD for Deployment shop/shop-nginx."
    for switches in (["--check"], []):
        code, _changed, output = runs.apply(*switches)
        assert code != 0
        assert missing in output
    secret = {"apiVersion": "v1", "kind": "Secret", "data": {"DB_PASSWORD": "aHVudGVyMg=="}}
    cluster.put("secrets", "shop", {**secret, "metadata": {"name": "shop-nginx-secrets", "namespace": "shop"}})

    # A hand in the file that the schema of the cluster finds.
    path = directory / "shop-nginx.yml"
    text = path.read_text()
    path.write_text(text.replace("port: 82", "port: http"))
    code, _changed, output = runs.apply()
    assert code != 0
    assert "Service shop-nginx is invalid" in output
    path.write_text(text)

    (directory / "old.yml").write_text(text)
    code, _changed, output = runs.apply()
    assert code != 0
    assert "is in" in output and "remove the file that no translation makes" in output
    (directory / "old.yml").unlink()
    assert cluster.writes == []

    # Who may not read Secrets may apply all the same.
    cluster.refused_to_read.add("secrets")
    code, _changed, output = runs.apply("-vvv")
    assert code == 0, output
    assert "aHVudGVyMg" not in output
    assert "hunter2" not in output

    runs.translate(NGINX, namespace="store")
    code, _changed, output = runs.apply()
    assert code != 0
    assert "The cluster has no namespace store. Create it" in output


@pytest.mark.long
def test_what_is_missing_is_named(runs):
    runs.translate(NGINX)
    bare = {"programs": Path(sys.executable).parent, "kubernetes_kubeconfig": str(runs.config)}
    code, _changed, output = runs("kubernetes", kubernetes_dir="translated", **bare)
    assert code != 0
    assert "The collection kubernetes.core, which applies the manifests, is missing on the control machine" in output
    assert "pip install ansible kubernetes" in output
    for given, words in (
        ({"kubernetes_dir": ""}, "kubernetes_dir is not set"),
        ({"kubernetes_wait_timeout": "soon"}, "kubernetes_wait_timeout is soon: write a number of seconds"),
        ({"kubernetes_dir": "apps/none"}, "cannot be read (No such file or directory)"),
    ):
        code, _changed, output = runs.apply(**given)
        assert code != 0
        assert words in output


def test_the_stand_in_refuses_what_a_cluster_would(cluster):
    wrong = yaml.safe_load("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: http}]}}")
    url = f"http://127.0.0.1:{cluster.server_address[1]}/api/v1/namespaces/shop/services"
    assert requests.post(url, json=wrong, timeout=5).status_code == 422
    assert requests.post(url.replace("/shop/", "/none/"), json=wrong, timeout=5).status_code == 404
