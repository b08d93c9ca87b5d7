"""What a load balancer serves while apps and the cluster move: nothing that it was asked is lost."""

from __future__ import annotations

import csv
import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from lab_cluster import LabCluster, eventually

from lab import ca, machine_docker, playbook
from lab.config import Host
from lab.hosts.containers import container_name
from lab.watch import Losses, Watch

EVERY = 0.05
PATIENCE = 10.0
# The apps of the lab have the first ones that Marathon gives.
SERVICE_PORT = 10500
VHOST = "web.example.org"
STATISTICS = ("operator", "fake-statistics-71c2")
# Answers with what it was asked; told to end, it serves on until it is drained, and ends what it has begun.
SERVER = """
import http.server, signal, threading, time
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(("", 8080), Answer)
server.daemon_threads = False
def end():
    time.sleep(3)
    server.shutdown()
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=end).start())
server.serve_forever()
server.server_close()
"""
APP: dict[str, Any] = {
    "id": "/web", "cmd": f"exec python3 -c '{SERVER}'", "cpus": 0.1, "mem": 32, "instances": 2,
    "container": {
        "type": "DOCKER", "docker": {"image": "python:3"},
        "portMappings": [{"containerPort": 8080, "hostPort": 0, "servicePort": SERVICE_PORT}],
    },
    "networks": [{"mode": "container/bridge"}],
    "labels": {"HAPROXY_0_VHOST": VHOST},
    "taskKillGracePeriodSeconds": 10,
    "upgradeStrategy": {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 1.0},
    "healthChecks": [{"protocol": "HTTP", "portIndex": 0, "path": "/", "gracePeriodSeconds": 30, "intervalSeconds": 2,
                      "maxConsecutiveFailures": 3}],
}  # fmt: skip


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


@pytest.fixture(scope="module")
def balancer(cluster: LabCluster) -> Host:
    return cluster.config.in_group("load_balancers")[0]


def on(cluster: LabCluster, host: Host, *command: str) -> str:
    container = machine_docker.client().containers.get(container_name(cluster.config, host))
    code, output = container.exec_run(list(command))
    assert code == 0, output
    return output.decode()


def write(cluster: LabCluster, method: str, path: str, **options: Any) -> Any:
    """The answer of the first Marathon that gives one."""
    failure: Exception = LookupError("no Marathon")
    for host in cluster.config.in_group("marathon"):
        try:
            answer = requests.request(method, f"http://{host.address}:8080{path}", timeout=15, **options)
            answer.raise_for_status()
        except requests.RequestException as error:
            failure = error
            continue
        return answer.json()
    raise failure


def settled(cluster: LabCluster, instances: int) -> bool:
    app = cluster.marathon("/v2/apps/web")["app"]
    return not app["deployments"] and app["tasksHealthy"] == instances == app["tasksRunning"]


def wait_until_settled(cluster: LabCluster, instances: int) -> None:
    eventually(f"{instances} instances are healthy", 240, lambda: settled(cluster, instances))


def status(cluster: LabCluster, balancer: Host) -> dict[str, Any]:
    """Empty while the agent does not answer."""
    return json.loads(on(cluster, balancer, "sh", "-c", "curl -sf http://127.0.0.1:9092/status || echo '{}'"))


def servers(balancer: Host) -> dict[str, str]:
    """The servers of the app and their states, as HAProxy itself says."""
    answer = requests.get(f"http://{balancer.address}:9090/haproxy?stats;csv", auth=STATISTICS, timeout=5)
    rows = csv.DictReader(answer.text.removeprefix("# ").splitlines())
    return {
        row["svname"]: row["status"]
        for row in rows
        if row["pxname"].startswith("web_") and row["svname"] not in ("FRONTEND", "BACKEND")
    }


def up(balancer: Host) -> int:
    return sum(1 for state in servers(balancer).values() if state.startswith("UP") or state == "no check")


def reloads(cluster: LabCluster, balancer: Host) -> int:
    """How often HAProxy was reloaded since its start, by its master."""
    code = (
        "import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/haproxy/master.sock'); "
        "s.sendall(b'show proc\\n'); s.shutdown(1); print(s.makefile().read())"
    )
    shown = on(cluster, balancer, "python3", "-c", code)
    (line,) = [line for line in shown.splitlines() if " master " in line]
    return int(line.split()[2])


def asking(balancer: Host, port: int, host: str | None = None) -> Callable[[], None]:
    """A client that asks each time for something else, and must get that."""
    numbers = itertools.count()

    def ask() -> None:
        path = f"/{port}/{next(numbers)}"
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(
                f"http://{balancer.address}:{port}{path}", headers={"Host": host} if host else {}, timeout=PATIENCE
            )
        if answer.status_code != requests.codes.ok or answer.text != path:
            raise LookupError(f"HTTP {answer.status_code}: {answer.text[:60]!r}")

    return ask


@pytest.fixture(scope="module", autouse=True)
def app(cluster: LabCluster, balancer: Host) -> Iterator[None]:
    write(cluster, "PUT", "/v2/apps/web", json=APP)
    wait_until_settled(cluster, 2)
    eventually("the balancer has both servers", 30, lambda: up(balancer) == 2)
    yield
    write(cluster, "DELETE", "/v2/apps/web")


def watched(balancer: Host, change: Callable[[], object]) -> Watch:
    """What clients of the vhost and of the service port see from before a change until after it."""
    questions = {"vhost": asking(balancer, 80, VHOST), "service port": asking(balancer, SERVICE_PORT)}
    watch = Watch(questions, every=EVERY)
    with watch:
        time.sleep(1)
        watch.phase("change")
        change()
        watch.phase("after")
        time.sleep(3)
    return watch


def nothing_is_lost(watch: Watch) -> None:
    print(watch.table())
    for question in watch.questions():
        seen: Losses = watch.losses(question)
        assert seen.failures == 0, watch.table()
        assert seen.requests > 50, watch.table()


def test_apps_answer_at_vhost_and_service_port(cluster: LabCluster, balancer: Host) -> None:
    for client in (asking(balancer, 80, VHOST), asking(balancer, SERVICE_PORT)):
        client()
    answer = requests.get(f"http://{balancer.address}/x", headers={"Host": "nobody.example.org"}, timeout=5)
    assert answer.status_code == 503


def test_the_certificate_of_the_vhost_is_used(cluster: LabCluster, balancer: Host) -> None:
    trusted = str(ca.authority(cluster.config))
    answer = requests.get(f"https://{balancer.address}/y", headers={"Host": VHOST}, verify=trusted, timeout=5)
    assert answer.text == "/y"


def test_statistics_are_for_those_who_may(balancer: Host) -> None:
    base = f"http://{balancer.address}:9090"
    assert requests.get(f"{base}/_haproxy_health_check", timeout=5).status_code == 200
    assert requests.get(f"{base}/haproxy?stats", timeout=5).status_code == 401
    assert "haproxy_server_status" in requests.get(f"{base}/metrics", auth=STATISTICS, timeout=5).text


def test_static_sections_are_served(balancer: Host) -> None:
    assert requests.get(f"http://{balancer.address}:7070/ping", timeout=5).text.strip() == "pong"


def test_files_have_their_rights(cluster: LabCluster, balancer: Host) -> None:
    paths = ("/etc/haproxy/haproxy.cfg", f"/etc/haproxy/certificates/{VHOST}.pem", "/run/haproxy/admin.sock")
    shown = on(cluster, balancer, "stat", "-c", "%U:%G %a", *paths).split("\n")[:3]
    assert shown[:2] == ["root:marathon-haproxy 640"] * 2
    assert shown[2] == "root:marathon-haproxy 660"
    agent = on(cluster, balancer, "sh", "-c", "ps -o user= -p $(systemctl show -P MainPID marathon-haproxy)").strip()
    assert agent.startswith("marathon")


def test_scaling_loses_nothing_and_reloads_nothing(cluster: LabCluster, balancer: Host) -> None:
    before = reloads(cluster, balancer)

    def scale() -> None:
        for instances in (10, 2):
            write(cluster, "PUT", "/v2/apps/web", json={"instances": instances})
            wait_until_settled(cluster, instances)
            eventually(f"the balancer has {instances}", 30, lambda number=instances: up(balancer) == number, every=0.2)

    nothing_is_lost(watched(balancer, scale))
    assert reloads(cluster, balancer) == before


def test_a_rolling_update_loses_nothing(cluster: LabCluster, balancer: Host) -> None:
    def update() -> None:
        write(cluster, "PUT", "/v2/apps/web", json={"env": {"TURN": "2"}})
        wait_until_settled(cluster, 2)

    nothing_is_lost(watched(balancer, update))


def run(cluster: LabCluster, name: str, *arguments: str) -> str:
    """A playbook of the collection, or one of the test by its path."""
    which = name if name.startswith("/") else f"quorum.mesos.{name}"
    done = playbook.run(which, cluster.config.directory / "inventory.yml", *arguments, capture=True)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


RESTART = """
- hosts: localhost
  gather_facts: false
  tasks:
    - quorum.mesos.marathon_app:
        url: http://{{ hostvars[groups.marathon | first].ansible_host }}:8080
        id: /web
        state: restarted
"""


def test_a_restart_loses_nothing(cluster: LabCluster, balancer: Host, tmp_path: Path) -> None:
    path = tmp_path / "restart.yml"
    path.write_text(RESTART)
    old = {task["id"] for task in tasks(cluster)}

    def restart() -> None:
        run(cluster, str(path))
        wait_until_settled(cluster, 2)

    nothing_is_lost(watched(balancer, restart))
    assert not old & {task["id"] for task in tasks(cluster)}


def test_a_drain_of_an_agent_loses_nothing(cluster: LabCluster, balancer: Host) -> None:
    """Of each agent in its turn, so that every task of the app moves, and tomcat too."""

    def places(app: str) -> set[str]:
        return {task["host"] for task in cluster.running(app)}

    moved = []

    def drain() -> None:
        for host in cluster.config.in_group("mesos_slaves"):
            before = places("tomcat")
            try:
                run(cluster, "mesos_slave_drain", "--limit", host.name)
                wait_until_settled(cluster, 2)
                assert host.name not in {cluster.host_at(place).name for place in places("web") | places("tomcat")}
                moved.append(before != places("tomcat"))
            finally:
                run(cluster, "mesos_slave_activate", "--limit", host.name)

    nothing_is_lost(watched(balancer, drain))
    assert any(moved)


def killed(cluster: LabCluster, host: Host, unit: str) -> None:
    on(cluster, host, "systemctl", "kill", "-s", "KILL", unit)


def test_the_end_of_the_leading_marathon_loses_nothing(cluster: LabCluster, balancer: Host) -> None:
    def kill() -> None:
        leader = cluster.host_at(cluster.marathon("/v2/leader")["leader"].rsplit(":", 1)[0])
        killed(cluster, leader, "marathon")
        eventually("Marathon leads again", 60, lambda: cluster.marathon("/v2/leader"))
        wait_until_settled(cluster, 2)

    nothing_is_lost(watched(balancer, kill))
    assert up(balancer) == 2


def test_the_end_of_the_leading_master_loses_nothing(cluster: LabCluster, balancer: Host) -> None:
    def kill() -> None:
        leader = cluster.leading_master()
        assert leader
        killed(cluster, leader, "mesos-master")
        eventually("a master leads again", 60, cluster.leading_master)
        wait_until_settled(cluster, 2)

    nothing_is_lost(watched(balancer, kill))
    assert up(balancer) == 2


def test_the_end_of_the_agent_program_loses_nothing(cluster: LabCluster, balancer: Host) -> None:
    def kill() -> None:
        killed(cluster, balancer, "marathon-haproxy")
        eventually("the agent is back", 30, lambda: status(cluster, balancer).get("ready"))

    before = reloads(cluster, balancer)
    nothing_is_lost(watched(balancer, kill))
    assert reloads(cluster, balancer) == before


def tasks(cluster: LabCluster) -> list[dict[str, Any]]:
    return cluster.marathon("/v2/apps/web/tasks")["tasks"]


def test_a_moved_task_is_served_soon_and_without_a_reload(cluster: LabCluster, balancer: Host) -> None:
    """Measured from when Marathon's API tells that the new task is healthy."""
    before, delays = reloads(cluster, balancer), []
    for _turn in range(5):
        old = {task["id"] for task in tasks(cluster)}
        known = set(servers(balancer))
        write(cluster, "DELETE", f"/v2/apps/web/tasks/{min(old)}")
        healthy = served = 0.0
        deadline = time.monotonic() + 120
        while not (healthy and served):
            assert time.monotonic() < deadline, (tasks(cluster), servers(balancer))
            new = [task for task in tasks(cluster) if task["id"] not in old]
            if not healthy and any(one["alive"] for task in new for one in task.get("healthCheckResults", [])):
                healthy = time.monotonic()
            if not served and any(
                state.startswith("UP") for name, state in servers(balancer).items() if name not in known
            ):
                served = time.monotonic()
            time.sleep(EVERY)
        delays.append(max(0.0, served - healthy))
        wait_until_settled(cluster, 2)
        eventually("the balancer has both servers", 30, lambda: up(balancer) == 2)
    print(f"served after {sorted(delays)} s")
    assert statistics.median(delays) <= 1.5, delays
    assert reloads(cluster, balancer) == before


def test_a_restart_of_docker_on_the_agents_loses_nothing(cluster: LabCluster, balancer: Host) -> None:
    before = cluster.started("mesos_slaves", "docker")
    # What Docker takes over by a restart alone.
    change = ("-e", json.dumps({"docker_daemon_options": {"default-shm-size": "80m"}}))
    nothing_is_lost(watched(balancer, lambda: run(cluster, "docker", *change)))
    after = cluster.started("mesos_slaves", "docker")
    assert all(after[name] > before[name] for name in before)
    wait_until_settled(cluster, 2)


def test_two_hundred_other_apps_lose_nothing(cluster: LabCluster, balancer: Host) -> None:
    ports = range(11000, 11200)
    apps = [
        {"id": f"/others/app-{port}", "cmd": "sleep 3600", "cpus": 0.01, "mem": 32, "instances": 0,
         "portDefinitions": [{"port": port}]}
        for port in ports
    ]  # fmt: skip

    def served() -> set[str]:
        return {str(port) for port in ports} & set(status(cluster, balancer).get("ports", {}))

    def create() -> None:
        write(cluster, "PUT", "/v2/groups/others", json={"id": "/others", "apps": apps})
        eventually("all have their port", 60, lambda: len(served()) == len(apps))
        write(cluster, "DELETE", "/v2/groups/others?force=true")
        eventually("none has a port", 60, lambda: not served())

    nothing_is_lost(watched(balancer, create))


def seconds_of_errors(balancer: Host, kill: Callable[[], object]) -> float:
    """From what happens without warning to the last error of a client."""
    began = 0.0

    def change() -> None:
        nonlocal began
        began = time.monotonic()
        kill()
        time.sleep(15)

    watch = watched(balancer, change)
    seconds = max((watch.last_failure(question) or began) - began for question in watch.questions())
    print(f"{watch.table()}\nlast error after {seconds:.1f} s")
    return seconds


def test_a_container_that_is_killed_costs_a_bounded_time(cluster: LabCluster, balancer: Host) -> None:
    wait_until_settled(cluster, 2)
    task = tasks(cluster)[0]
    host = cluster.host_at(task["host"])
    find = (
        "for one in $(docker ps -q); do docker inspect -f '{{.Config.Env}}' $one | "
        f"grep -qF 'MESOS_TASK_ID={task['id']}' && docker kill -s KILL $one; done; true"
    )
    assert seconds_of_errors(balancer, lambda: print(on(cluster, host, "sh", "-c", find))) <= 2
    wait_until_settled(cluster, 2)
    assert task["id"] not in {one["id"] for one in tasks(cluster)}


def test_a_host_that_is_cut_off_costs_a_bounded_time(cluster: LabCluster, balancer: Host) -> None:
    write(cluster, "PUT", "/v2/apps/web", json={"constraints": [["hostname", "UNIQUE"]]})
    wait_until_settled(cluster, 2)
    assert len({task["host"] for task in tasks(cluster)}) == 2
    task = tasks(cluster)[0]
    host = cluster.host_at(task["host"])
    container = machine_docker.client().containers.get(container_name(cluster.config, host))
    (network,) = [
        machine_docker.client().networks.get(one["NetworkID"])
        for one in container.attrs["NetworkSettings"]["Networks"].values()
    ]
    try:
        assert seconds_of_errors(balancer, lambda: network.disconnect(container)) <= 10
    finally:
        network.connect(container, ipv4_address=host.address)
    wait_until_settled(cluster, 2)
    eventually("the balancer has both servers", 60, lambda: up(balancer) == 2)


def test_the_role_changes_haproxy_and_loses_nothing(cluster: LabCluster, balancer: Host) -> None:
    process = ("systemctl", "show", "-P", "MainPID", "haproxy")
    before = on(cluster, balancer, *process)
    changed = ("-e", json.dumps({"haproxy_timeouts": {"tunnel": "2h"}}))
    nothing_is_lost(watched(balancer, lambda: run(cluster, "load_balancers", *changed)))
    assert on(cluster, balancer, *process) == before
    assert "timeout tunnel 2h" in on(cluster, balancer, "cat", "/etc/haproxy/haproxy.cfg")
    assert "changed=0 " in run(cluster, "load_balancers", *changed)


def test_a_base_that_haproxy_refuses_replaces_nothing(cluster: LabCluster, balancer: Host) -> None:
    before = on(cluster, balancer, "cat", "/etc/haproxy/haproxy.cfg")
    wrong = json.dumps({"haproxy_sections": "listen wrong\n    bindd :7071"})
    done = playbook.run(
        "quorum.mesos.load_balancers", cluster.config.directory / "inventory.yml", "-e", wrong, capture=True
    )
    assert done.returncode != 0
    assert "was not replaced, because the new one is refused" in done.stdout
    assert on(cluster, balancer, "cat", "/etc/haproxy/haproxy.cfg") == before
    asking(balancer, SERVICE_PORT)()
    # The lock that the failed run has kept.
    run(cluster, "load_balancers")


def test_a_certificate_that_haproxy_refuses_replaces_nothing(
    cluster: LabCluster, balancer: Host, tmp_path: Path
) -> None:
    state = ("sh", "-c", "sha256sum /etc/haproxy/certificates/*")
    before = on(cluster, balancer, *state)
    for name in ("web.pem", "web.key"):
        (tmp_path / name).write_text("no certificate\n")
    wrong = [{"name": VHOST, "certificate": str(tmp_path / "web.pem"), "key": str(tmp_path / "web.key")}]
    done = playbook.run(
        "quorum.mesos.load_balancers", cluster.config.directory / "inventory.yml", "-e",
        json.dumps({"haproxy_certificates": wrong}), capture=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert f"{VHOST}.pem" in done.stdout
    assert on(cluster, balancer, *state) == before
    trusted = str(ca.authority(cluster.config))
    answer = requests.get(f"https://{balancer.address}/z", headers={"Host": VHOST}, verify=trusted, timeout=5)
    assert answer.text == "/z"
    run(cluster, "load_balancers")


def test_check_mode_changes_nothing(cluster: LabCluster, balancer: Host) -> None:
    state = ("sh", "-c", "find /etc/haproxy /etc/marathon-haproxy /etc/systemd/system -type f | sort | xargs sha256sum")
    before = on(cluster, balancer, *state)
    output = run(cluster, "load_balancers", "--check", "--diff", "-e", "haproxy_maxconn=1999")
    assert "maxconn" in output or "/etc/haproxy/haproxy.cfg" in output
    assert STATISTICS[1] not in output
    assert on(cluster, balancer, *state) == before
