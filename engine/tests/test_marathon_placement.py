"""What a task is given, where it may run, and what the queue says while it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_master import FakeAgent
from marathon_harness import Harness, Marathon

from labengine.marathon import hostports
from labengine.marathon.definition import constraints, reader
from labengine.marathon.definition.errors import ApiError
from labengine.marathon.definition.settings import Settings
from labengine.marathon.instances import Instance
from labengine.marathon.matcher import Match, is_away, match
from labengine.marathon.remainder import Remainder
from labengine.marathon.taskinfo import task_info

VECTORS = Path(__file__).parents[2] / "tests" / "unit" / "_marathon" / "data"


def stored(**fields: object) -> dict:
    settings = Settings(mesos_role=str(fields.get("role", "*")))
    app = reader.read_app({"id": "/shop/web", "cmd": "run", **fields}, defaults=settings)
    version = "2026-01-01T00:00:00.000Z"
    return {**app, "version": version, "versionInfo": {"lastScalingAt": version, "lastConfigChangeAt": version}}


def offer(**options: object) -> dict:
    agent = FakeAgent("slave1", **options)  # type: ignore[arg-type]
    return {"id": {"value": "o"}, "agent_id": {"value": agent.id}, "hostname": agent.hostname,
            "resources": agent.resources(),
            "attributes": [{"name": name, "type": "TEXT", "text": {"value": value}}
                           for name, value in agent.attributes.items()]}


def matched(app: dict, given: dict, placed: list[dict] | None = None) -> Match | list[str]:
    facts, left = constraints.agent_facts(given), Remainder(given["resources"])
    return match(app, given, facts, left, placed or [], "any", share=app["instances"])


def launched(app: dict, given: dict | None = None) -> dict:
    given = given or offer()
    found = matched(app, given)
    assert isinstance(found, Match), found
    instance = Instance("i", "t", app["id"], app["version"], "agent-slave1", "slave1", "*", found.ports)
    return task_info(app, instance, found, user="nobody", env_prefix=None)


def environment(info: dict) -> dict[str, str]:
    return {one["name"]: one["value"] for one in info["command"]["environment"]["variables"]}


def test_a_docker_task_on_the_bridge() -> None:
    app = stored(cmd=None, cpus=0.5, mem=64, labels={"tier": "front"}, env={"COLOUR": "green"},
                 networks=[{"mode": "container/bridge"}], taskKillGracePeriodSeconds=7,
                 container={"type": "DOCKER", "docker": {"image": "web:1", "forcePullImage": True,
                                                         "parameters": [{"key": "hostname", "value": "a"}]},
                            "portMappings": [{"containerPort": 80, "hostPort": 0, "name": "http"},
                                             {"containerPort": 53, "hostPort": 31053, "protocol": "udp,tcp"}],
                            "volumes": [{"containerPath": "/data", "hostPath": "/srv", "mode": "RO"}]})
    info = launched(app)
    docker = info["container"]["docker"]
    assert (docker["image"], docker["network"], docker["force_pull_image"]) == ("web:1", "BRIDGE", True)
    assert docker["parameters"] == [{"key": "hostname", "value": "a"}]
    first, *rest = docker["port_mappings"]
    assert first == {"host_port": first["host_port"], "container_port": 80, "protocol": "tcp"}
    assert rest == [{"host_port": 31053, "container_port": 53, "protocol": "udp"},
                    {"host_port": 31053, "container_port": 53, "protocol": "tcp"}]
    assert info["container"]["volumes"] == [{"container_path": "/data", "host_path": "/srv", "mode": "RO"}]
    assert info["kill_policy"] == {"grace_period": {"nanoseconds": 7_000_000_000}}
    assert info["command"]["shell"] is False and info["command"]["user"] == "nobody"
    env = environment(info)
    port = str(first["host_port"])
    assert env["PORT"] == env["PORT0"] == env["PORT_80"] == env["PORT_HTTP"] == port
    assert env["PORT1"] == env["PORT_53"] == "31053" and env["PORTS"] == f"{port},31053"
    assert env["MARATHON_APP_ID"] == "/shop/web" and env["MARATHON_APP_DOCKER_IMAGE"] == "web:1"
    assert env["MARATHON_APP_LABELS"] == "TIER" and env["MARATHON_APP_LABEL_TIER"] == "front"
    assert env["MARATHON_APP_RESOURCE_MEM"] == "64.0" and env["COLOUR"] == "green" and env["HOST"] == "slave1"
    assert {one["name"]: one.get("scalar", {}).get("value") for one in info["resources"]} == {
        "cpus": 0.5, "mem": 64.0, "ports": None}


def test_a_command_with_fixed_ports_and_a_health_check_of_mesos() -> None:
    app = stored(portDefinitions=[{"port": 31005, "name": "http"}, {"port": 0}], requirePorts=True,
                 healthChecks=[{"protocol": "MESOS_HTTP", "path": "/up", "portIndex": 0, "intervalSeconds": 5}],
                 fetch=[{"uri": "http://files/a.tgz", "destPath": "b"}])
    info = launched(app)
    env = environment(info)
    assert env["PORT0"] == env["PORT_31005"] == env["PORT_HTTP"] == "31005"
    assert info["health_check"]["type"] == "HTTP" and info["health_check"]["interval_seconds"] == 5.0
    assert info["health_check"]["http"] == {"scheme": "http", "port": 31005, "path": "/up"}
    assert info["command"]["uris"] == [{"value": "http://files/a.tgz", "extract": True, "executable": False,
                                        "cache": False, "output_file": "b"}]
    assert info["command"]["value"] == "run" and "container" not in info


def test_a_command_check_and_arguments() -> None:
    app = stored(cmd=None, args=["/bin/run", "-v"],
                 healthChecks=[{"protocol": "COMMAND", "command": {"value": "true"}, "delaySeconds": 3}])
    info = launched(app)
    assert info["command"]["arguments"] == ["/bin/run", "-v"] and info["command"]["value"] == "/bin/run"
    assert info["health_check"]["command"] == {"shell": True, "value": "true"}
    assert info["health_check"]["delay_seconds"] == 3.0


def test_a_check_is_kept_and_not_run() -> None:
    app = stored(check={"http": {"path": "/up"}, "intervalSeconds": 5})
    assert app["check"]["intervalSeconds"] == 5 and "check" not in launched(app)


@pytest.mark.parametrize(("fields", "agent", "reasons"), [
    ({"cpus": 5}, {}, ["InsufficientCpus"]),
    ({"cpus": 5, "mem": 9999, "disk": 99999}, {}, ["InsufficientCpus", "InsufficientMemory", "InsufficientDisk"]),
    ({"portDefinitions": [{"port": 80}], "requirePorts": True}, {}, ["InsufficientPorts"]),
    ({"constraints": [["rack", "LIKE", "a.*"]]}, {"attributes": {"rack": "b1"}}, ["UnfulfilledConstraint"]),
    ({"cmd": "x1", "role": "prod", "container": {"type": "MESOS", "volumes": [
        {"containerPath": "data", "mode": "RW", "persistent": {"size": 10}}]}}, {"role": "prod"},
     ["NoCorrespondingReservationFound"]),
    ({"acceptedResourceRoles": ["*"]}, {"role": "prod"},
     ["UnfulfilledRole", "InsufficientCpus", "InsufficientMemory", "InsufficientPorts"]),
])
def test_reasons(fields: dict, agent: dict, reasons: list[str]) -> None:
    assert matched(stored(**fields), offer(**agent)) == reasons


@pytest.mark.parametrize(("start", "duration", "draining", "away"), [
    (90, 20, 0, True), (90, 10, 0, False), (101, 20, 0, False), (101, 20, 1, True), (90, None, 0, True),
    (200, None, 99, False), (100, 1, 0, True)])
def test_an_agent_in_maintenance_is_away(start: int, duration: int | None, draining: int, away: bool) -> None:
    window = {"start": {"nanoseconds": start * 10**9}}
    if duration is not None:
        window["duration"] = {"nanoseconds": duration * 10**9}
    assert is_away({"unavailability": window}, draining, 100.0) is away
    assert not is_away({}, draining, 100.0)


@pytest.mark.parametrize(("flags", "waits"), [({}, True), ({"disable_maintenance_mode": ""}, False)])
def test_nothing_starts_on_an_agent_in_maintenance(harness: Harness, flags: dict, waits: bool) -> None:
    harness.agent("slave1", unavailability={"start": {"nanoseconds": 1}})
    marathon = harness.marathon(**flags)
    marathon.write("POST", "/v2/apps", {"id": "/web", "cmd": "run", "cpus": 0.1, "mem": 16}, 201)
    if not waits:
        marathon.running("/web", 1)
        return
    (item,) = marathon.wait("a declined offer", lambda: [
        one for one in marathon.get("/v2/queue?embed=lastUnusedOffers")["queue"] if one.get("lastUnusedOffers")])
    assert item["lastUnusedOffers"][0]["reason"] == ["UnfulfilledConstraint", "AgentMaintenance"]


def test_reserved_resources_are_used_first_and_told_apart() -> None:
    given = offer()
    given["resources"].insert(0, {"name": "cpus", "type": "SCALAR", "scalar": {"value": 1.0}, "role": "*",
                                  "reservations": [{"type": "STATIC", "role": "prod"}]})
    app = stored(role="*", cpus=2) | {"role": "prod"}
    found = matched(app, given)
    assert isinstance(found, Match)
    cpus = [(one.get("reservations"), one["scalar"]["value"]) for one in found.resources if one["name"] == "cpus"]
    assert cpus == [([{"type": "STATIC", "role": "prod"}], 1.0), (None, 1.0)]


def test_unique_looks_at_what_is_placed() -> None:
    given = offer()
    app = stored(constraints=[["hostname", "UNIQUE"]])
    assert matched(app, given, [constraints.agent_facts(given)]) == ["UnfulfilledConstraint"]
    assert isinstance(matched(app, given), Match)


def test_ports_are_different_and_within_the_ranges() -> None:
    chosen = hostports.choose([0, 31001, 0], [(31000, 31002)])
    assert chosen is not None and sorted(chosen) == [31000, 31001, 31002] and chosen[1] == 31001
    assert hostports.choose([0] * 4, [(31000, 31002)]) is None
    assert hostports.choose([31001, 31001], [(31000, 31002)]) is None
    assert hostports.choose([0], []) is None and hostports.choose([], []) == []


def test_every_definition_of_the_vectors_becomes_a_task() -> None:
    """Nothing that is accepted may break a launch."""
    seen = 0
    for path in sorted(VECTORS.glob("*.json")):
        for case in _definitions(json.loads(path.read_text(encoding="utf-8"))):
            try:
                app = reader.read_app({"id": "/x", **case}, defaults=Settings(default_network_name="net"))
            except ApiError:
                continue
            app |= {"version": "2026-01-01T00:00:00.000Z"}
            slots = hostports.slots(app)
            ports = [31000 + index for index, slot in enumerate(slots) if slot.wanted is not None]
            instance = Instance("i", "t", app["id"], app["version"], "a", "slave1", "*", ports)
            json.dumps(task_info(app, instance, Match([], ports), user=None, env_prefix=None))
            seen += 1
    assert seen > 10


def _definitions(value: object) -> list[dict]:
    if isinstance(value, list):
        return [found for item in value for found in _definitions(item)]
    if not isinstance(value, dict):
        return []
    own = [value] if value.keys() & {"cmd", "container", "args"} else []
    return own + [found for item in value.values() for found in _definitions(item)]


def test_the_queue_says_why_nothing_starts(harness: Harness) -> None:
    harness.agent("slave1", mem=64.0, attributes={"rack": "b"})
    harness.agent("slave2", cpus=0.5)
    marathon = harness.marathon()
    marathon.write("POST", "/v2/apps", {"id": "/big", "cmd": "run", "cpus": 1, "mem": 128, "instances": 2}, 201)

    def both_seen() -> bool:
        return any(len(item["lastUnusedOffers"]) == 2
                   for item in marathon.get("/v2/queue?embed=lastUnusedOffers")["queue"])

    marathon.wait("both offers are refused", both_seen)
    (item,) = marathon.get("/v2/queue?embed=lastUnusedOffers")["queue"]
    assert item["count"] == 2 and item["app"]["id"] == "/big" and item["delay"] == {"timeLeftSeconds": 0,
                                                                                    "overdue": True}
    summary = item["processedOffersSummary"]
    assert summary["processedOffersCount"] == summary["unusedOffersCount"] >= 2
    rows = {row["reason"]: (row["declined"], row["processed"]) for row in summary["rejectSummaryLastOffers"]}
    assert rows["UnfulfilledRole"] == (0, 2)
    assert rows["InsufficientCpus"] == (1, 2) and rows["InsufficientMemory"] == (1, 1)
    offers = {one["offer"]["hostname"]: one for one in item["lastUnusedOffers"]}
    assert offers["slave1"]["reason"] == ["InsufficientMemory"]
    assert offers["slave1"]["offer"]["attributes"] == [{"name": "rack", "text": "b"}]
    assert {"name": "mem", "role": "*", "scalar": 64.0} in offers["slave1"]["offer"]["resources"]
    assert "lastUnusedOffers" not in marathon.get("/v2/queue")["queue"][0]
    harness.agent("slave3")
    marathon.running("/big", 2)
    assert marathon.get("/v2/queue") == {"queue": []}


def test_unique_spreads_and_the_rest_waits(harness: Harness) -> None:
    harness.agent("slave1")
    harness.agent("slave2")
    marathon = harness.marathon()
    marathon.write("POST", "/v2/apps", {"id": "/u", "cmd": "run", "cpus": 0.1, "instances": 3,
                                        "constraints": [["hostname", "UNIQUE"]]}, 201)
    tasks = marathon.running("/u", 2)
    assert {task["host"] for task in tasks} == {"slave1", "slave2"}
    (item,) = marathon.get("/v2/queue")["queue"]
    assert item["count"] == 1


def test_offers_are_suppressed_when_nothing_waits(harness: Harness, marathon: Marathon) -> None:
    marathon.wait("offers are suppressed", lambda: harness.master.calls_of("SUPPRESS"))
    marathon.write("POST", "/v2/apps", {"id": "/w", "cmd": "run", "cpus": 0.1}, 201)
    marathon.running("/w", 1)
    assert harness.master.calls_of("REVIVE")


def test_a_suppress_that_is_overtaken_by_a_revive_keeps_no_offer_away(harness: Harness) -> None:
    agent = harness.agent("slave1")
    harness.master.slow_suppress = 1.0
    marathon = harness.marathon()
    marathon.wait("offers are suppressed", lambda: harness.master.calls_of("SUPPRESS"))
    marathon.write("POST", "/v2/apps", {"id": "/w", "cmd": "run", "cpus": 0.1, "constraints": [["rack", "LIKE", "b"]]},
                   201)
    marathon.wait("offers are wanted", lambda: harness.master.calls_of("REVIVE"))
    # The SUPPRESS takes effect now, behind the REVIVE.
    marathon.wait("it has taken effect", lambda: harness.master.suppressions)
    agent.attributes["rack"] = "b"
    marathon.running("/w", 1)


def test_a_new_definition_may_start_where_the_old_one_runs(harness: Harness) -> None:
    harness.agent("slave1")
    harness.agent("slave2")
    marathon = harness.marathon()
    marathon.write("POST", "/v2/apps", {"id": "/u", "cmd": "run", "cpus": 0.1, "instances": 2,
                                        "constraints": [["hostname", "UNIQUE"]]}, 201)
    before = {task["id"] for task in marathon.running("/u", 2)}
    marathon.settled()
    marathon.write("PUT", "/v2/apps/u", {"cmd": "other"})
    marathon.settled()
    tasks = marathon.running("/u", 2)
    assert {task["host"] for task in tasks} == {"slave1", "slave2"}
    assert not before & {task["id"] for task in tasks}
