"""The closing table of the lab: where ZooKeeper, Mesos, Marathon and each app answer, and what they answered."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from lab import access, probe, table
from lab.access import PLAIN, Access
from lab.config import LabConfig

WIDTH = 100
# A task runs before its program listens: tomcat on a busy machine needs some seconds.
WAIT_SECONDS = 45


@dataclass(frozen=True)
class Cluster:
    """What the report asks: host:port of each member, how it is reached, and the addresses of named hosts."""

    zookeeper: list[str]
    masters: list[str]
    marathon: list[str]
    agents: int
    addresses: Mapping[str, str] = field(default_factory=dict)
    to_masters: Access = PLAIN
    to_marathon: Access = PLAIN
    # Load balancers and DNS servers: name of the host -> host:port.
    balancers: Mapping[str, str] = field(default_factory=dict)
    dns: Mapping[str, str] = field(default_factory=dict)
    # What the names of Marathon's tasks end in.
    domain: str = "marathon.mesos"

    @classmethod
    def of(cls, config: LabConfig) -> Cluster:
        variables = access.variables_of(config.directory / "inventory.yml", access.NAMES)
        masters = {host: access.master(variables(host.name)) for host in config.in_group("mesos_masters")}
        marathon = {host: access.marathon(variables(host.name)) for host in config.in_group("marathon")}
        servers = {host: variables(host.name) for host in config.in_group("dns")}
        frameworks = [variables(host.name).get("marathon_framework_name", "marathon") for host in marathon]
        domains = [its.get("mesos_dns_domain", "mesos") for its in servers.values()]
        return cls(
            zookeeper=[
                f"{host.address}:{access.zookeeper_port(variables(host.name))}" for host in config.in_group("zookeeper")
            ],
            masters=[f"{host.address}:{port}" for host, (port, _) in masters.items()],
            marathon=[f"{host.address}:{port}" for host, (port, _) in marathon.items()],
            agents=len(config.in_group("mesos_slaves")),
            addresses={host.name: host.address for host in config.hosts},
            # Who has the password and certificate for one of them is served by all.
            to_masters=next(iter(masters.values()))[1],
            to_marathon=next(iter(marathon.values()))[1],
            balancers={
                host.name: f"{host.address}:{variables(host.name).get('haproxy_http_port', 80)}"
                for host in config.in_group("load_balancers")
            },
            dns={host.name: f"{host.address}:{its.get('mesos_dns_port', 53)}" for host, its in servers.items()},
            domain=".".join([frameworks[0], *domains[:1]]),
        )

    def address(self, host: str) -> str:
        return self.addresses.get(host, host)

    def marathon_at(self, leader: str) -> str:
        """host:port of the member that Marathon names as its leader, which may say the port of plain HTTP."""
        host, port = leader.rsplit(":", 1)
        named = f"{self.address(host)}:{port}"
        same_host = [member for member in self.marathon if member.rsplit(":", 1)[0] == self.address(host)]
        return named if named in self.marathon or len(same_host) != 1 else same_host[0]


@dataclass(frozen=True)
class Row:
    """One line of the table; ``good`` is false where something does not run or does not answer."""

    what: str
    running: str
    where: str
    answer: str
    good: bool = True


def _ask(members: Iterable[str], question: Callable[[str], Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The members' answers, and the reasons of those that gave none."""
    answers, failures = {}, {}
    for member in members:
        try:
            answers[member] = question(member)
        except probe.NoAnswer as error:
            failures[member] = str(error)
    return answers, failures


def _version(document: Mapping[str, Any]) -> str:
    """Of a master or of Marathon, which says in its build what it is."""
    text = str(document.get("version", "unknown version"))
    engine = document.get("lab_engine") or str(document.get("buildref", "")).partition("quorum-lab-engine ")[2]
    return f"{text} (lab engine {engine})" if engine else text


def _failure_rows(failures: Mapping[str, str], prefix: str = "") -> list[Row]:
    return [Row("", "", f"{prefix}{member}", reason, False) for member, reason in failures.items()]


def zookeeper_rows(cluster: Cluster) -> list[Row]:
    answers, failures = _ask(cluster.zookeeper, probe.zookeeper)
    leaders = [member for member, answer in answers.items() if answer.mode in ("leader", "standalone")]
    running = f"{len(answers)}/{len(cluster.zookeeper)}"
    if not leaders:
        first = Row("ZooKeeper", running, "-", "no leader", False)
    else:
        answer = answers[leaders[0]]
        first = Row("ZooKeeper", running, leaders[0], f"{answer.mode}, {answer.version}")
    return [first, *_failure_rows(failures)]


def _leading_master(cluster: Cluster, metrics: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """URL of the leading master, what is to say of it, and its state; NoAnswer where there is none that works."""
    leaders = [member for member, values in metrics.items() if values.get("master/elected") == 1]
    if not leaders:
        raise probe.NoAnswer("no leader")
    url = cluster.to_masters.url(leaders[0])
    if metrics[leaders[0]].get("registrar/log/recovered") == 0:
        raise probe.NoAnswer(f"{url} leads without a quorum")
    version = _version(probe.document(f"{url}/version", cluster.to_masters))
    return url, f"leader, {version}", probe.document(f"{url}/state", cluster.to_masters)


def mesos_rows(cluster: Cluster) -> list[Row]:
    door = cluster.to_masters
    metrics, failures = _ask(
        cluster.masters, lambda member: probe.document(door.url(member, "/metrics/snapshot"), door)
    )
    running = f"{len(metrics)}/{len(cluster.masters)}"
    silent = _failure_rows(failures, door.url(""))
    try:
        url, answer, state = _leading_master(cluster, metrics)
    except probe.NoAnswer as error:
        return [Row("Mesos masters", running, "-", str(error), False), *silent]
    agents = sorted(str(agent.get("hostname")) for agent in state.get("slaves", []) if agent.get("active"))
    registered = f"registered: {' '.join(agents)}" if agents else "none registered"
    count = f"{len(agents)}/{cluster.agents}"
    return [
        Row("Mesos masters", running, url, answer),
        *silent,
        Row("Mesos agents", count, "-", registered, len(agents) == cluster.agents),
    ]


def _leading_marathon(cluster: Cluster) -> tuple[str | None, Row, dict[str, str]]:
    """host:port of the leader if there is one, its row, and the reasons of the members that do not answer."""
    door = cluster.to_marathon
    answers, failures = _ask(cluster.marathon, lambda member: probe.document(door.url(member, "/v2/info"), door))
    running = f"{len(answers)}/{len(cluster.marathon)}"
    named = [str(info["leader"]) for info in answers.values() if info.get("leader")]
    if not named:
        return None, Row("Marathon", running, "-", "no leader", False), failures
    leader = cluster.marathon_at(named[0])
    info = answers.get(leader) or next(iter(answers.values()))
    answer, good = f"leader, {_version(info)}", True
    if not info.get("frameworkId"):
        answer, good = f"{answer}, not registered with Mesos", False
    return leader, Row("Marathon", running, door.url(leader), answer, good), failures


def listens(app: Mapping[str, Any]) -> bool:
    """Whether the app promises to answer on its first port.

    Marathon gives every app without ports one of its own, so a port alone says nothing.
    """
    container = app.get("container") or {}
    mappings = container.get("portMappings") or (container.get("docker") or {}).get("portMappings")
    protocols = [check.get("protocol", "HTTP") for check in app.get("healthChecks", [])]
    return bool(mappings) or any(protocol not in ("COMMAND", "MESOS_COMMAND") for protocol in protocols)


def _task_row(cluster: Cluster, app: Mapping[str, Any], task: Mapping[str, Any]) -> Row:
    if task.get("state") != "TASK_RUNNING":
        return Row("", "", str(task["host"]), str(task.get("state")), False)
    if not task.get("ports") or not listens(app):
        return Row("", "", str(task["host"]), "runs, offers no port")
    url = f"http://{cluster.address(task['host'])}:{task['ports'][0]}"
    try:
        page = probe.page(url)
    except probe.NoAnswer as error:
        return Row("", "", url, str(error), False)
    return Row("", "", url, f"{page.status} {page.words}", page.status < 400)


def _page_row(where: str, url: str, by: str, host: str | None = None) -> Row:
    """What answers at a URL that leads to an app, and by what it is reached."""
    try:
        page = probe.page(url, host)
    except probe.NoAnswer as error:
        return Row("", "", where, f"{error}, {by}", False)
    return Row("", "", where, f"{page.status} {page.words}, {by}", page.status < 400)


def _service_port(app: Mapping[str, Any]) -> int | None:
    """That of the first port of an app."""
    container = app.get("container") or {}
    mappings = container.get("portMappings") or (container.get("docker") or {}).get("portMappings") or []
    ports = [one.get("servicePort") for one in mappings] + [one.get("port") for one in app.get("portDefinitions", [])]
    return ports[0] if ports else None


def _balancer_rows(cluster: Cluster, app: Mapping[str, Any]) -> list[Row]:
    """What clients of the load balancers get, at the app's virtual hosts and at its service port."""
    vhosts = [name.strip() for name in (app.get("labels") or {}).get("HAPROXY_0_VHOST", "").split(",") if name.strip()]
    service_port = _service_port(app)
    rows = []
    for balancer, address in cluster.balancers.items():
        host, port = address.rsplit(":", 1)
        end = "" if port == "80" else f":{port}"
        rows += [_page_row(f"http://{vhost}{end}", f"http://{address}", balancer, vhost) for vhost in vhosts]
        if service_port:
            url = f"http://{host}:{service_port}"
            rows.append(_page_row(url, url, balancer))
    return rows


def _name_rows(cluster: Cluster, app: Mapping[str, Any], tasks: list[Mapping[str, Any]]) -> list[Row]:
    """What clients get that look the app up at the DNS servers: one row for each task, which must be all of them."""
    label = "-".join(reversed(app["id"].strip("/").split("/")))
    running = [task for task in tasks if task.get("state") == "TASK_RUNNING" and task.get("ports")]
    every = {(cluster.address(task["host"]), port) for task in running for port in task["ports"]}
    wanted = sorted((cluster.address(task["host"]), task["ports"][0]) for task in running)
    name = f"{label}.{cluster.domain}"
    rows = []
    for server, address in cluster.dns.items():
        try:
            named = probe.named_places(address, f"_{label}._tcp.{cluster.domain}")
        except probe.NoAnswer as error:
            rows.append(Row("", "", name, f"{error}, {server}", False))
            continue
        rows += [
            _page_row(f"{name}:{port}", f"http://{host}:{port}", f"{host} by {server}")
            if (host, port) in named
            else Row("", "", name, f"does not lead to {host}:{port}, {server}", False)
            for host, port in wanted
        ]
        rows += [
            Row("", "", f"{name}:{port}", f"leads to {host}, where no task runs, {server}", False)
            for host, port in named
            if (host, port) not in every
        ]
    return rows


def _app_rows(cluster: Cluster, app: Mapping[str, Any]) -> list[Row]:
    tasks = sorted(app.get("tasks", []), key=lambda task: (task["host"], task.get("ports")))
    rows = [_task_row(cluster, app, task) for task in tasks]
    if tasks and listens(app):
        rows += [*_balancer_rows(cluster, app), *_name_rows(cluster, app, tasks)]
    running = app.get("tasksRunning", sum(task.get("state") == "TASK_RUNNING" for task in tasks))
    complete = running == app["instances"]
    first, *others = rows or [Row("", "", "-", "no task", complete)]
    head = Row(app["id"], f"{running}/{app['instances']}", first.where, first.answer, first.good and complete)
    return [head, *others]


def marathon_rows(cluster: Cluster) -> list[Row]:
    leader, row, failures = _leading_marathon(cluster)
    door = cluster.to_marathon
    rows = [row, *_failure_rows(failures, door.url(""))]
    if leader is None:
        return rows
    try:
        path = "/v2/apps?embed=apps.tasks&embed=apps.counts"
        apps = probe.document(door.url(leader, path), door)["apps"]
    except (probe.NoAnswer, KeyError) as error:
        return [*rows, Row("apps", "-", door.url(leader, "/v2/apps"), str(error), False)]
    for app in sorted(apps, key=lambda app: app["id"]):
        rows += _app_rows(cluster, app)
    return rows


def collect(cluster: Cluster) -> list[Row]:
    """Asks everything once."""
    return [*zookeeper_rows(cluster), *mesos_rows(cluster), *marathon_rows(cluster)]


def render(rows: list[Row]) -> str:
    """The rows as an aligned table of at most 100 columns."""
    cells = [("" if row.good else "!", row.what, row.running, row.where, row.answer) for row in rows]
    return "\n".join(table.lines([("", "WHAT", "RUNNING", "WHERE", "ANSWER"), *cells], WIDTH, most=(1, 28, 7, 36)))


def show(config: LabConfig, wait_seconds: float = WAIT_SECONDS, output: TextIO | None = None) -> int:
    """Prints the table; returns 0 when everything answers, else 1 after having asked again for a while."""
    output = output or sys.stdout
    return show_cluster(Cluster.of(config), wait_seconds, output)


def show_cluster(cluster: Cluster, wait_seconds: float, output: TextIO) -> int:
    deadline = time.monotonic() + wait_seconds
    rows = collect(cluster)
    while not all(row.good for row in rows) and time.monotonic() < deadline:
        time.sleep(1)
        rows = collect(cluster)
    bad = sum(not row.good for row in rows)
    verdict = "Everything answers." if not bad else f"Marked with '!': {bad} that do not run or do not answer."
    print(f"\n{render(rows)}\n\n{verdict}", file=output, flush=True)
    return 1 if bad else 0
