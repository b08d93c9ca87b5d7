"""The lookup, which answers from a script."""

from __future__ import annotations

import pytest
import yaml
from ansible.errors import AnsibleLookupError
from ansible_collections.quorum.mesos.plugins.lookup import marathon_endpoint
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http

from .._marathon.fakes import Call, FakeSession, FakeTime, stored, task

HTTP = {"port": 10000, "name": "http", "protocol": "tcp"}
ADMIN = {"port": 10001, "name": "admin", "protocol": "tcp"}
CHECKED = [{"protocol": "MESOS_HTTP", "portIndex": 0}]


def web(app_id="/shop/web", **declared):
    tasks = [
        task(1, ports=[31002, 31003], healthCheckResults=[{"alive": True}]),
        task(0, ports=[31000, 31001], healthCheckResults=[{"alive": False}]),
    ]
    return stored(app_id, **{"portDefinitions": [HTTP, ADMIN], "healthChecks": CHECKED, "tasks": tasks, **declared})


def got(app):
    return Call("GET", f"/v2/apps{app['id']}", data={"app": app})


DEFAULTS = {
    name: option.get("default") for name, option in yaml.safe_load(marathon_endpoint.DOCUMENTATION)["options"].items()
}


class Undone:
    """Templates that are done already."""

    @staticmethod
    def template(value):
        return value


class Lookup(marathon_endpoint.LookupModule):
    """Takes its options as they are; Ansible's own way to them needs an installed collection."""

    def __init__(self, warnings):
        super().__init__(templar=Undone)
        self._display = type("Display", (), {"warning": staticmethod(warnings.append)})

    def set_options(self, task_keys=None, var_options=None, direct=None):
        self.options = {**DEFAULTS, **direct}

    def get_option(self, option, hostvars=None):
        return self.options[option]


@pytest.fixture
def look(monkeypatch):
    """Runs the lookup with these answers of Marathon; all of them must be asked for."""

    def run(calls, *terms, warnings=None, **options):
        session = FakeSession(*calls)
        client = Client(Http(["http://m1:8080"], sleep=FakeTime().sleep, session=session))
        monkeypatch.setattr(marathon_endpoint, "open_client", lambda option: client)
        found = Lookup([] if warnings is None else warnings).run(list(terms), **options)
        assert session.calls == []
        return found

    return run


def test_healthy_endpoints_of_an_app(look):
    assert look([got(web())], "/shop/web") == ["slave2:31002", "slave2:31003"]


def test_all_endpoints_by_host_and_port(look):
    found = look([got(web())], "/shop/web", only_healthy=False)
    assert found == ["slave1:31000", "slave1:31001", "slave2:31002", "slave2:31003"]


def test_an_app_without_health_checks_counts_as_healthy(look):
    assert look([got(web(healthChecks=None))], "shop/web", port_index=1) == ["slave1:31001", "slave2:31003"]


def test_several_apps_in_their_order(look):
    assert look([got(web("/b")), got(web("/a"))], ["b", "a"], port_name="http", format="{app_id} {port}") == [
        "/b 31002",
        "/a 31002",
    ]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("http://{host}:{port}/", "http://slave2:31003/"),
        ("server {task_id} {host}:{port} # {port_name}", "server a.instance-1._app.1 slave2:31003 # admin"),
        ("{port} {", "31003 {"),
    ],
)
def test_format(look, form, expected):
    assert look([got(web())], "/shop/web", port_name="admin", format=form) == [expected]


def test_by_label_marathon_selects_and_apps_without_the_port_are_left_out(look):
    apps = [web("/z"), web("/a"), web("/other", portDefinitions=[HTTP])]
    call = Call("GET", "/v2/apps", data={"apps": apps}, params={"label": "team in (a,b)", "embed": "apps.tasks"})
    assert look([call], label="team in (a,b)", port_name="admin", format="{app_id}") == ["/a", "/z"]


def test_an_app_without_tasks_has_no_endpoint(look):
    assert look([got(web(tasks=[], instances=0))], "/shop/web", port_name="http") == []


BALANCED = {"labels": {"HAPROXY_0_VHOST": "www.example.org", "HAPROXY_0_PATH": "/shop"}, "tasks": []}
INVENTORY = {
    "groups": {"load_balancers": ["lb1", "lb2"], "edge": ["edge1"]},
    "hostvars": {
        "lb1": {"quorum_address": "10.0.0.1"},
        "lb2": {"ansible_host": "lb2.example.org", "haproxy_app_groups": ["none"]},
        "edge1": {},
    },
}
SHARING = {
    "groups": {"load_balancers": ["lb1", "lb2"]},
    "hostvars": {
        "lb1": {"quorum_address": "10.0.0.1", "haproxy_address": "10.0.0.100/24"},
        "lb2": {"quorum_address": "10.0.0.2", "haproxy_address": "10.0.0.100/24"},
    },
}


def everyone(*apps):
    return Call("GET", "/v2/apps", data={"apps": list(apps)})


@pytest.mark.parametrize(
    ("options", "variables", "expected"),
    [
        ({}, INVENTORY, ["www.example.org:80/shop", "10.0.0.1:10000", "10.0.0.1:10001"]),
        ({"port_name": "admin"}, INVENTORY, ["10.0.0.1:10001"]),
        ({"port_index": 1}, SHARING, ["10.0.0.100:10001"]),
        ({"port_index": 1}, {**INVENTORY, "haproxy_group": "edge"}, ["edge1:10001"]),
        ({"balancers": ["lb2"]}, INVENTORY, []),
        ({"balancers": ["lb.example.org"], "port_index": 1}, {}, ["lb.example.org:10001"]),
        ({"balancers": ["lb.example.org"]}, {"haproxy_strict": True}, []),
        ({"balancers": ["2001:db8::1"], "port_index": 1}, {}, ["[2001:db8::1]:10001"]),
    ],
)
def test_public_addresses(look, options, variables, expected):
    found = look(
        [everyone(web(**BALANCED))],
        "/shop/web",
        public=True,
        format="{host}:{port}{path}",
        variables=variables,
        **options,
    )
    assert found == expected


def test_public_addresses_by_label(look):
    apps = [web("/z", portDefinitions=[{**HTTP, "port": 10009}], tasks=[]), web("/a", tasks=[])]
    labelled = Call("GET", "/v2/apps", data={"apps": apps}, params={"label": "team", "embed": "apps.tasks"})
    form = "{app_id} {port} {port_name}{task_id}{path}"
    assert look(
        [everyone(*apps, web("/other")), labelled], label="team", public=True, balancers=["lb"], format=form
    ) == ["/a 10000 http", "/a 10001 admin", "/z 10009 http"]


def test_an_app_that_no_balancer_serves_is_a_warning_that_says_why(look):
    said = []
    wrong = web(labels={"HAPROXY_0_MODE": "udp"})
    assert look([everyone(wrong)], "/shop/web", public=True, balancers=["lb1"], warnings=said) == []
    assert len(said) == 1
    assert said[0].startswith("/shop/web at lb1: HAPROXY_0_MODE")


def test_public_addresses_of_what_does_not_exist(look):
    with pytest.raises(AnsibleLookupError, match="/nope does not exist on Marathon"):
        look([everyone(web())], "/nope", public=True, balancers=["lb1"])


@pytest.mark.parametrize("variables", [{}, {"groups": {"all": []}}, {**INVENTORY, "haproxy_group": "none"}])
def test_without_a_load_balancer(look, variables):
    with pytest.raises(AnsibleLookupError, match="no load balancer is known: the inventory has no host in the group"):
        look([], "/shop/web", public=True, variables=variables)


@pytest.mark.parametrize(
    ("terms", "options", "words"),
    [
        ([], {}, "takes either ids of apps or the option label"),
        (["/a"], {"label": "team"}, "takes either ids of apps or the option label"),
        (["/a"], {"port_index": 0, "port_name": "x"}, "port_index and port_name contradict each other"),
        (["/A b"], {}, "'/A b' is not an app id"),
        (["/a"], {"format": "{host.__class__}"}, r"names 'host.__class__', which is none of host, port, port_name"),
    ],
)
def test_what_is_refused_before_marathon_is_asked(look, terms, options, words):
    with pytest.raises(AnsibleLookupError, match=words):
        look([], *terms, **options)


def test_an_app_that_does_not_exist(look):
    call = Call("GET", "/v2/apps/nope", 404, {"message": "App '/nope' does not exist"})
    with pytest.raises(AnsibleLookupError, match="/nope does not exist on Marathon"):
        look([call], "nope")


@pytest.mark.parametrize("option", [{"port_name": "metrics"}, {"port_index": 2}, {"port_index": -1}])
def test_a_port_that_the_app_does_not_have(look, option):
    with pytest.raises(AnsibleLookupError, match=r"/shop/web has no port .*its ports are: 0 http, 1 admin"):
        look([got(web())], "/shop/web", **option)
