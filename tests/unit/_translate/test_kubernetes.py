"""What the vectors leave open of the objects of Kubernetes."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate import translation
from ansible_collections.quorum.mesos.plugins.module_utils._translate.kubernetes import validate

IMAGE = {"type": "DOCKER", "docker": {"image": "a"}}
APP = {"id": "/a", "container": IMAGE, "portDefinitions": []}


def made(app, **options):
    return translation.for_target(app, options, "kubernetes")


def kinds(found):
    return {one["kind"]: one for one in found["objects"]}


def pod_of(found):
    return found["objects"][0]["spec"]["template"]["spec"]


def bridged(*mappings, **more):
    container = {**IMAGE, "portMappings": list(mappings)}
    return {"id": "/a", "networks": [{"mode": "container/bridge"}], "container": container, **more}


def test_what_a_person_declares_wins_over_marathons_variables():
    app = bridged({"containerPort": 80}, env={"PORT0": "90", "HOST": "h"})
    env = {one["name"]: one.get("value") for one in pod_of(made(app, compat_env="all"))["containers"][0]["env"]}
    assert (env["PORT0"], env["HOST"], env["PORT"]) == ("90", "h", "80")


@pytest.mark.parametrize(
    ("wanted", "has_port", "has_id"), [("none", False, False), ("auto", True, False), ("all", True, True)]
)
def test_which_variables_of_marathon_are_set(wanted, has_port, has_id):
    container = pod_of(made(bridged({"containerPort": 80}), compat_env=wanted))["containers"][0]
    names = {one["name"] for one in container.get("env", [])}
    assert ("PORT0" in names, "MARATHON_APP_ID" in names) == (has_port, has_id)


def test_the_prefix_of_variables():
    app = bridged({"containerPort": 80, "name": "http"}, cmd="x $CM_HOST $MESOS_TASK_ID")
    names = {one["name"] for one in pod_of(made(app, env_vars_prefix="CM_"))["containers"][0]["env"]}
    assert names == {"CM_PORT0", "CM_PORT_80", "CM_PORT_HTTP", "CM_PORT", "CM_PORTS", "CM_HOST", "MESOS_TASK_ID"}


def test_a_port_that_nobody_asked_for_is_left_out_and_one_that_is_used_is_not():
    plain = {"id": "/a", "container": IMAGE}
    assert "Service" not in kinds(made(plain))
    assert ("warning", "/ports/0") in {(one["level"], one["field"]) for one in made(plain)["notes"]}
    for used in ({"cmd": "x $PORT0"}, {"env": {"A": "${PORT}"}}, {"healthChecks": [{"protocol": "TCP"}]}):
        assert "Service" in kinds(made({**plain, **used}))


def test_two_ports_with_one_number_outside():
    app = bridged({"containerPort": 80, "servicePort": 9000}, {"containerPort": 81, "servicePort": 9000})
    found = made(app)
    ports = kinds(found)["Service"]["spec"]["ports"]
    assert [(one["port"], one["targetPort"]) for one in ports] == [(9000, 80), (81, 81)]
    assert "/ports/1" in {one["field"] for one in found["notes"]}
    found = translation.for_target(app, {}, "swarm")
    published = found["objects"][0]["EndpointSpec"]["Ports"]
    assert [one["PublishedPort"] for one in published] == [9000]
    assert ("manual", "/ports/1") in {(one["level"], one["field"]) for one in found["notes"]}


def test_a_route_of_a_gateway():
    labels = {"HAPROXY_0_VHOST": "a.example.com, b.example.com", "HAPROXY_0_PATH": "-i /shop"}
    app = bridged({"containerPort": 80, "servicePort": 10080}, labels=labels)
    route = kinds(made(app, gateway="infra/edge"))["HTTPRoute"]["spec"]
    assert route["parentRefs"] == [{"name": "edge", "namespace": "infra"}]
    assert route["hostnames"] == ["a.example.com", "b.example.com"]
    assert route["rules"][0]["matches"] == [{"path": {"type": "PathPrefix", "value": "/shop"}}]
    assert route["rules"][0]["backendRefs"] == [{"name": "a", "port": 10080}]


@pytest.mark.parametrize(
    ("labels", "field"),
    [
        ({"HAPROXY_0_VHOST": "no host!"}, "/labels/HAPROXY_0_VHOST"),
        ({"HAPROXY_3_VHOST": "a.example.com"}, "/labels/HAPROXY_3_VHOST"),
        ({"HAPROXY_0_STICKY": "true"}, "/labels/HAPROXY_0_STICKY"),
    ],
)
def test_what_an_ingress_cannot_have_is_for_a_person(labels, field):
    found = made(bridged({"containerPort": 80}, labels=labels))
    assert ("manual", field) in {(one["level"], one["field"]) for one in found["notes"]}


def test_a_config_map_holds_what_a_person_declares():
    app = bridged({"containerPort": 80}, env={"A": "$(B) $$", "odd name": "x", "R": {"secret": "s"}}, secrets={})
    found = made(app, config_map=True)
    assert kinds(found)["ConfigMap"]["data"] == {"A": "$(B) $$"}
    container = next(one for one in found["objects"] if one["kind"] == "Deployment")["spec"]["template"]["spec"]
    container = container["containers"][0]
    assert container["envFrom"] == [{"configMapRef": {"name": "a-env"}}]
    assert {"A", "odd name"}.isdisjoint(one["name"] for one in container["env"])
    assert ("dropped", "/env/odd name") in {(one["level"], one["field"]) for one in found["notes"]}


@pytest.mark.parametrize(
    ("strategy", "wanted"),
    [
        ((0.999, 0.001), {"maxUnavailable": 0, "maxSurge": 1}),
        ((1, 0.005), {"maxUnavailable": 0, "maxSurge": 1}),
        ((0, 0), {"maxUnavailable": "100%", "maxSurge": "0%"}),
    ],
)
def test_an_update_can_always_go_on(strategy, wanted):
    upgrade = {"minimumHealthCapacity": strategy[0], "maximumOverCapacity": strategy[1]}
    spec = made({**APP, "upgradeStrategy": upgrade})["objects"][0]["spec"]
    assert spec["strategy"]["rollingUpdate"] == wanted


@pytest.mark.parametrize(
    ("constraint", "place", "wanted"),
    [
        (["rack", "UNIQUE"], ("podAntiAffinity", "topologyKey"), "rack"),
        (["hostname", "MAX_PER", "1"], ("podAntiAffinity", "topologyKey"), "kubernetes.io/hostname"),
        (["rack", "CLUSTER"], ("podAffinity", "topologyKey"), "rack"),
    ],
)
def test_affinities(constraint, place, wanted):
    affinity = pod_of(made({**APP, "constraints": [constraint]}))["affinity"]
    (term,) = affinity[place[0]]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term[place[1]] == wanted


def test_labels_of_nodes_have_the_names_that_a_person_gives():
    app = {**APP, "constraints": [["rack", "IS", "r1"]], "acceptedResourceRoles": ["public"]}
    given = {"node_labels": {"rack": "example.com/rack"}, "role_labels": {"public": "zone=dmz"}}
    pod = pod_of(made(app, **given))
    terms = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert terms[0]["matchExpressions"] == [{"key": "example.com/rack", "operator": "In", "values": ["r1"]}]
    assert pod["nodeSelector"] == {"zone": "dmz"}
    assert pod["tolerations"][0]["key"] == "zone"
    placement = translation.for_target(app, given, "swarm")["objects"][0]["TaskTemplate"]["Placement"]
    assert placement["Constraints"] == ["node.labels.example.com.rack==r1", "node.labels.zone==dmz"]


def test_a_file_that_wget_cannot_fetch_and_one_with_odd_names():
    uris = ["hdfs://h/a", "http://h/a'b.zip", "http://h/$(x).gz"]
    found = made({**APP, "fetch": [{"uri": uri} for uri in uris]})
    script = pod_of(found)["initContainers"][0]["command"][-1]
    assert "hdfs" not in script
    assert "'a'\\''b.zip'" in script
    assert "$$(x).gz" in script
    assert any("hdfs://h/a" in one["text"] and one["level"] == "manual" for one in found["notes"])


def test_files_stay_in_the_sandbox():
    fetched = [{"uri": "http://h/x", "destPath": "../../etc/passwd"}]
    script = pod_of(made({**APP, "fetch": fetched}))["initContainers"][0]["command"][-1]
    assert "-O 'etc/passwd'" in script


def test_time_before_the_end():
    pod = pod_of(made({**APP, "taskKillGracePeriodSeconds": 20}, pre_stop_seconds=7))
    assert pod["terminationGracePeriodSeconds"] == 27
    assert pod["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": 7}}}


def test_a_job_keeps_its_volume():
    volume = {"containerPath": "data", "persistent": {"size": 5}}
    app = {**APP, "role": "x", "container": {**IMAGE, "volumes": [volume]}}
    found = kinds(made(app, kind="Job"))
    assert set(found) == {"Job", "PersistentVolumeClaim"}
    volumes = found["Job"]["spec"]["template"]["spec"]["volumes"]
    assert volumes == [{"name": "data", "persistentVolumeClaim": {"claimName": "a-data"}}]


def _broken(change):
    objects = made(bridged({"containerPort": 80}, healthChecks=[{"protocol": "MESOS_TCP"}], instances=2))["objects"]
    assert validate.problems(objects) == []
    change(objects[0], objects[0]["spec"]["template"]["spec"]["containers"][0], objects[1])
    return " ".join(validate.problems(objects))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda owner, one, service: owner["metadata"].update(name="A_b"), "the name is not of"),
        (lambda owner, one, service: service["metadata"].update(name="9a"), "the name is not of"),
        (lambda owner, one, service: service["spec"]["ports"][0].update(name="a" * 16), "no name of a port"),
        (lambda owner, one, service: one["livenessProbe"].update(failureThreshold=0), "failureThreshold is 0"),
        (lambda owner, one, service: one["livenessProbe"].update(exec={}), "exactly one handler"),
        (lambda owner, one, service: one["resources"]["limits"].update(memory="12Xi"), "no quantity"),
        (lambda owner, one, service: one.update(volumeMounts=[{"name": "x", "mountPath": "/x"}]), "is not there"),
        (lambda owner, one, service: owner["spec"]["selector"]["matchLabels"].update(a="b"), "selector"),
        (
            lambda owner, one, service: owner["spec"]["strategy"].update(
                rollingUpdate={"maxSurge": 0, "maxUnavailable": "0%"}
            ),
            "both 0",
        ),
    ],
)
def test_what_schemas_let_pass_is_found(change, told):
    assert told in _broken(change)
