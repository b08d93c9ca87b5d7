"""Tasks as hosts of an inventory."""

from __future__ import annotations

from ansible_collections.quorum.mesos.plugins.plugin_utils import task_hosts

from .._marathon.fakes import stored, task

ALL = ("app", "label", "agent")
VARIABLES = {
    "marathon_app_id": "/shop/web-eu.1",
    "marathon_app_labels": {"team": "shop", "HAPROXY_0_VHOST": "shop.example.com", "empty": "", "long": "x" * 65},
    "marathon_task_agent": "slave1.example.com",
}


def test_variables_of_a_task():
    app = stored(
        "/a",
        labels={"team": "shop"},
        env={"PASSWORD": "hidden"},
        tasks=[
            task(
                slaveId="s-1",
                zone="z1",
                healthCheckResults=[{"alive": True}],
                ipAddresses=[{"ipAddress": "172.17.0.2", "protocol": "IPv4"}],
            )
        ],
        healthChecks=[{"protocol": "MESOS_HTTP"}],
    )
    assert task_hosts.hosts([app]) == {
        "a.instance-0._app.1": {
            "ansible_host": "slave1",
            "marathon_app_id": "/a",
            "marathon_app_labels": {"team": "shop"},
            "marathon_app_version": "2020-10-29T12:00:00.000Z",
            "marathon_task_id": "a.instance-0._app.1",
            "marathon_task_state": "TASK_RUNNING",
            "marathon_task_healthy": True,
            "marathon_task_version": "2020-10-29T12:00:00.000Z",
            "marathon_task_agent": "slave1",
            "marathon_task_agent_id": "s-1",
            "marathon_task_region": None,
            "marathon_task_zone": "z1",
            "marathon_task_ports": [31000],
            "marathon_task_addresses": ["172.17.0.2"],
            "marathon_task_endpoints": [{"name": "default", "host": "slave1", "port": 31000, "protocol": "tcp"}],
        }
    }


def test_a_secret_label_is_masked_and_has_no_group():
    app = stored("/a", labels={"team": "shop", "key": "hunter2", "at": "http://me:hunter2@h/"}, tasks=[task()])
    (variables,) = task_hosts.hosts([app], ["key"]).values()
    assert variables["marathon_app_labels"] == {"team": "shop", "key": "********", "at": "http://me:********@h/"}
    assert task_hosts.groups(variables, ("label",)) == ["marathon_label_team_shop"]


def test_the_order_is_that_of_the_ids_whatever_marathon_answers():
    one, two = stored("/a", instances=2), stored("/b", tasks=[task(id="b.instance-0._app.1")])
    expected = ["a.instance-0._app.1", "a.instance-1._app.1", "b.instance-0._app.1"]
    assert list(task_hosts.hosts([one, two])) == expected
    assert list(task_hosts.hosts([two, {**one, "tasks": one["tasks"][::-1]}])) == expected


def test_a_task_that_has_no_host_yet():
    hosts = task_hosts.hosts([stored(tasks=[{"id": "a.x", "appId": "/a", "state": "TASK_STAGING"}])])
    assert "ansible_host" not in hosts["a.x"]
    assert task_hosts.groups(hosts["a.x"], ALL) == ["marathon_app_a"]


def test_groups():
    assert task_hosts.groups(VARIABLES, ALL) == [
        "marathon_app_shop__web_eu_1",
        "marathon_agent_slave1_example_com",
        "marathon_label_HAPROXY_0_VHOST_shop_example_com",
        "marathon_label_empty",
        "marathon_label_team_shop",
    ]
    assert task_hosts.groups(VARIABLES, ["agent"]) == ["marathon_agent_slave1_example_com"]
    assert task_hosts.groups(VARIABLES, []) == []


def test_apps_that_would_share_a_group_are_found():
    hosts = {
        app_id: {"marathon_app_id": app_id} for app_id in ("/shop/web-eu", "/shop/web.eu", "/shop-web", "/shop/web")
    }
    assert task_hosts.shared_app_groups(hosts) == {"marathon_app_shop__web_eu": ["/shop/web-eu", "/shop/web.eu"]}


def test_labels_that_would_share_a_group_are_found():
    labels = [{"tier": "web-eu"}, {"tier": "web.eu"}, {"tier": "web"}, {"note": "x" * 65}, {"note": "x" * 65 + "-"}]
    hosts = {str(number): {"marathon_app_labels": one} for number, one in enumerate(labels)}
    assert task_hosts.shared_label_groups(hosts) == {"marathon_label_tier_web_eu": ["tier=web-eu", "tier=web.eu"]}
