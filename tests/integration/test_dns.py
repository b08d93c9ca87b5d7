"""Names of what a real Mesos and Marathon run, kept in a real BIND and asked with dig."""

from __future__ import annotations

import pytest
from agent_process import AgentProcess
from ansible_collections.quorum.mesos.plugins.filter.marathon_dns_name import marathon_dns_name
from dns_process import running
from local_cluster import wait_until

PYTHON = "/usr/bin/python3"


@pytest.fixture
def bind(cluster):
    if cluster is None:
        pytest.skip("the masters of a Marathon that was given are not known")
    with running() as started:
        values = {
            "masters": [one.url for one in cluster.masters],
            "marathon": [one.url for one in cluster.marathons],
            "key_file": str(started.key_file),
            "nameservers": ["127.0.0.1"],
            "server": f"127.0.0.1:{started.port}",
        }
        agent = AgentProcess(started.directory, "marathon_discovery.names", values, PYTHON)
        agent.start()
        try:
            agent.wait_for(lambda status: status["ready"] and status["events"]["connected"])
            yield started
        finally:
            agent.kill()


def test_an_app_is_found_by_its_names_and_gone_with_its_tasks(bind, cluster, marathon, group):
    app_id = f"{group}/shop/web"
    app = {
        "id": app_id,
        "cmd": "sleep 1000",
        "cpus": 0.01,
        "mem": 16,
        "instances": 2,
        "portDefinitions": [{"port": 0, "protocol": "tcp", "name": "http"}],
    }
    assert marathon.write("POST", "/v2/apps", app).status_code == 201
    marathon.settle(group)
    name = marathon_dns_name(app_id)
    wait_until("the app has its name", lambda: len(bind.ask(f"_{name.replace('.', '._tcp.', 1)}", "SRV")) == 2)
    tasks = marathon.app(app_id)["tasks"]
    assert bind.ask(name) == sorted({task["host"] for task in tasks})
    dotted = f"web.shop.{group.strip('/')}.marathon.mesos"
    assert bind.ask(dotted) == bind.ask(name)
    services = bind.ask(f"_http._{name.replace('.', '._tcp.', 1)}", "SRV")
    places = sorted((bind.ask(line.split()[3])[0], int(line.split()[2])) for line in services)
    assert places == sorted((task["host"], task["ports"][0]) for task in tasks)
    assert bind.ask("leader.mesos") == [cluster.masters[0].ip]
    assert bind.ask("slave.mesos") == sorted(agent.ip for agent in cluster.agents)
    assert marathon.write("PUT", f"/v2/apps{app_id}", {"instances": 0}).status_code == 200
    wait_until("the names are gone", lambda: not (bind.ask(name) or bind.ask(dotted)))
