"""Which hosts get another program, and what is refused before."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_plan import (
    gate_seconds,
    order,
    plan,
    refusals,
)

OLD, NEW = "a" * 12, "b" * 12
RIGHT: dict[str, Any] = {
    "layers": [], "versions": {}, "check_file": "", "check_found": False, "pause": 0, "backup": True,
    "backup_dir": "/srv/backups", "groups": {}, "limit": "", "localhost": True,
}  # fmt: skip


def program(**given: Any) -> dict[str, Any]:
    return {"archive": "", "image": "", "packages": {}, "installed": True, "kept": None, "unavailable": [], **given}


def archive(version: str, runs: str, declared: str, name: str = "", **given: Any) -> dict[str, Any]:
    return {
        "answers": True, "version": version, "program": program(archive=runs),
        "declared": {"method": "archive", "archive": name, "checksum": f"sha256:{declared[0] * 64}", "image": ""},
        **given,
    }  # fmt: skip


def package(version: str, runs: dict[str, str], declared: dict[str, Any], **given: Any) -> dict[str, Any]:
    wanted = {"method": "package", "checksum": "", "image": "", "main": list(runs)[:1], **declared}
    return {"answers": True, "version": version, "program": program(packages=runs), "declared": wanted, **given}


def planned(hosts: dict[str, Any], **options: Any) -> dict[str, Any]:
    return plan(hosts, {**RIGHT, **options})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"layers": "agents"}, "upgrade_layers has agents"),
        ({"layers": ["mesos_slave", "haproxy"]}, "upgrade_layers has haproxy"),
        ({"versions": ["1.11"]}, "upgrade_versions is no mapping"),
        ({"versions": {"mesos_master": "1.11"}}, "upgrade_versions has mesos_master"),
        ({"versions": {"mesos": "new"}}, "upgrade_versions.mesos is new"),
        ({"check_file": "/x"}, "upgrade_check_tasks is /x"),
        ({"pause": "ever"}, "upgrade_pause is ever"),
        ({"backup_dir": ""}, "backup_dir is not set"),
        ({"report": "/none/x.json", "report_possible": False}, "upgrade_report is /none/x.json"),
        ({"limit": "s1", "localhost": False}, "Add it (--limit 's1,localhost'), or first take a backup"),
        ({"limit": "all:!s1", "localhost": False}, "Add it (--limit 'all:!s1:localhost'), or first take a backup"),
        ({"limit": "all,!s1", "localhost": False}, "Add it (--limit 'all,!s1,localhost'), or first take a backup"),
        ({"limit": "all:&rack1", "localhost": False}, "that is taken first. First take a backup"),
    ],
)
def test_refused_options(wrong: dict[str, Any], words: str) -> None:
    (told,) = refusals({**RIGHT, **wrong})
    assert words in told


def test_right_options() -> None:
    assert refusals(RIGHT) == []
    assert refusals({**RIGHT, "backup": False, "backup_dir": ""}) == []
    assert refusals({**RIGHT, "limit": "s1,localhost"}) == []
    assert refusals({**RIGHT, "limit": "s1", "localhost": False, "backup": False}) == []


def test_what_runs_already_needs_nothing() -> None:
    found = planned({"m1": {"mesos_master": archive("1.11.0", OLD, OLD)}})
    assert (found["work"], found["problems"], found["lines"]) == (False, [], ["Nothing to upgrade."])


def test_a_new_archive() -> None:
    found = planned({"m1": {"mesos_master": archive("1.10.0", OLD, NEW, "mesos-1.11.0.tar.gz")}})
    assert (found["work"], found["problems"]) == (True, [])
    assert found["lines"][1].split() == [
        "m1", "masters", "1.10.0", "1.11.0", "archive", OLD, "->", "archive", NEW,
    ]  # fmt: skip
    assert list(found["hosts"]["mesos_master"]) == ["m1"]


def test_a_version_that_no_name_tells() -> None:
    hosts = {"m1": {"mesos_master": archive("1.10.0", OLD, NEW, "engine.tar.gz")}}
    assert "upgrade_versions" in planned(hosts)["problems"][0]
    found = planned(hosts, versions={"mesos": "1.11"})
    assert (found["problems"], found["hosts"]["mesos_master"]["m1"]["to"]) == ([], "1.11")


def test_an_image_and_a_package() -> None:
    image = {
        "answers": True, "version": "1.10.17", "program": program(image="r/marathon:1.10.17"),
        "declared": {"method": "container", "image": "r/marathon:1.11.24"},
    }  # fmt: skip
    found = planned({"m1": {"marathon": image}})["hosts"]["marathon"]["m1"]
    assert (found["from"], found["to"], found["new_program"]) == ("1.10.17", "1.11.24", "r/marathon:1.11.24")
    mesos = package("1.10.0", {"mesos": "1.10.0-1"}, {"package": "mesos", "version": "1.11.0-2"})
    found = planned({"m1": {"mesos_master": mesos}})["hosts"]["mesos_master"]["m1"]
    assert (found["to"], found["old_program"], found["new_program"]) == ("1.11.0", "mesos 1.10.0-1", "mesos 1.11.0-2")


def test_packages_without_a_version_are_left_alone() -> None:
    docker = package("20.10.24", {"docker.io": "20.10.24-1"}, {"packages": ["docker.io"]})
    assert not planned({"s1": {"docker": docker}})["work"]
    pinned = package("20.10.24", {"docker.io": "20.10.24-1"}, {"packages": ["docker.io=20.10.25-1"]})
    found = planned({"s1": {"docker": pinned}})["hosts"]["docker"]["s1"]
    assert (found["from"], found["to"]) == ("20.10.24", "20.10.25")


def test_from_one_method_to_another() -> None:
    moved = archive("1.11.0", "", NEW, "mesos-1.11.0.tgz", program=program(packages={"mesos": "1.11.0-1"}))
    found = planned({"s1": {"mesos_slave": moved}})["hosts"]["mesos_slave"]["s1"]
    assert (found["old_program"], found["new_program"]) == ("mesos 1.11.0-1", f"archive {NEW}")
    back = package("1.11.0", {}, {"package": "mesos", "version": "1.11.0-1", "main": ["mesos"]})
    back["program"]["archive"] = OLD
    assert planned({"s1": {"mesos_slave": back}})["work"]


def test_only_chosen_layers() -> None:
    hosts = {
        "m1": {
            "mesos_master": archive("1.10.0", OLD, NEW, "mesos-1.11.0.tgz"),
            "marathon": archive("1.10.17", OLD, NEW, "marathon-1.11.24.tgz"),
        }
    }
    found = planned(hosts, layers=["marathon"])
    assert {layer for layer, of_layer in found["hosts"].items() if of_layer} == {"marathon"}


def test_what_is_not_healthy_is_refused() -> None:
    down = archive("", OLD, NEW, "mesos-1.11.0.tgz", answers=False)
    (told,) = planned({"m1": {"mesos_master": down}})["problems"]
    assert "m1: Mesos (masters) does not answer" in told
    # As the backup wants it.
    assert "--limit 'all:!m1:localhost'" in told
    none = archive("", "", NEW, "mesos-1.11.0.tgz", answers=False, program=program(installed=False))
    assert "Run site.yml first" in planned({"m1": {"mesos_master": none}})["problems"][0]


def test_a_version_that_cannot_be_read_is_refused() -> None:
    """Every check of versions begins with the old one."""
    mute = archive("", OLD, NEW, "mesos-0.28.tgz")
    (told,) = planned({"m1": {"mesos_master": mute}})["problems"]
    assert "m1: Mesos (masters) does not say its version" in told
    kept = {"version": "", "target": f"archive {NEW}", "program": program(archive=OLD)}
    mute["program"] = program(archive=NEW, kept=kept)
    assert planned({"m1": {"mesos_master": mute}})["problems"] == []


def test_an_interrupted_upgrade_begins_again_from_the_old_version() -> None:
    kept = {
        "version": "1.10.0", "target": f"archive {NEW}", "program": {"archive": OLD, "image": "", "packages": {}},
    }  # fmt: skip
    half = archive("", NEW, NEW, "mesos-1.11.0.tgz", answers=False, program=program(archive=NEW, kept=kept))
    found = planned({"m1": {"mesos_master": half}})
    assert (found["problems"], found["hosts"]["mesos_master"]["m1"]["from"]) == ([], "1.10.0")
    assert found["hosts"]["mesos_master"]["m1"]["old_program"] == f"archive {OLD}"
    assert "interrupted" in found["warnings"][0]


@pytest.mark.parametrize(
    ("target", "runs", "declared", "version", "differs"),
    [
        # It has been healthy on the new program since.
        (NEW, NEW, NEW, "1.11.0", False),
        # Another version is wanted now.
        (NEW, NEW, "c" * 12, "1.11.0", True),
        (NEW, OLD, "c" * 12, "1.10.0", True),
        # Somebody has gone on by hand.
        (NEW, "c" * 12, NEW, "1.10.5", True),
    ],
)
def test_what_is_kept_of_an_older_upgrade_is_stale(
    target: str, runs: str, declared: str, version: str, differs: bool
) -> None:
    before = {"archive": "d" * 12, "image": "", "packages": {}}
    kept = {"version": "1.9.0", "target": f"archive {target}", "program": before}
    seen = archive(version, runs, declared, "mesos-1.11.0.tgz", program=program(archive=runs, kept=kept))
    found = planned({"m1": {"mesos_master": seen}})
    assert found["stale"] == {"m1": ["mesos_master"]}
    assert (found["work"], found["warnings"]) == (differs, [])
    if differs:
        assert found["hosts"]["mesos_master"]["m1"]["from"] == version


def test_an_upgrade_that_ended_before_the_restart_is_interrupted() -> None:
    kept = {
        "version": "1.10.0", "target": f"archive {NEW}", "program": {"archive": OLD, "image": "", "packages": {}},
    }  # fmt: skip
    half = archive("1.10.0", OLD, NEW, "mesos-1.11.0.tgz", program=program(archive=OLD, kept=kept))
    found = planned({"m1": {"mesos_master": half}})
    assert (found["stale"], found["hosts"]["mesos_master"]["m1"]["interrupted"]) == ({"m1": []}, True)
    # Packages of Docker are replaced before it is restarted.
    old = {"archive": "", "image": "", "packages": {"docker.io": "20.10.24"}}
    docker = package("20.10.24", {"docker.io": "26.1.5"}, {"packages": ["docker.io=26.1.5"]})
    docker["program"]["kept"] = {"version": "20.10.24", "target": "docker.io 26.1.5", "program": old}
    assert planned({"s1": {"docker": docker}})["hosts"]["docker"]["s1"]["interrupted"]


def test_a_docker_that_must_not_be_restarted_is_refused() -> None:
    docker = package("20.10.24", {"docker.io": "20.10.24-1"}, {"packages": ["docker.io=26.1.5-1"]})
    assert planned({"s1": {"docker": {**docker, "refused": "s1: no."}}})["problems"] == ["s1: no."]


def test_masters_come_first() -> None:
    hosts = {
        "m1": {"mesos_master": archive("1.10.0", OLD, OLD)},
        "s1": {"mesos_slave": archive("1.10.0", OLD, NEW, "mesos-1.11.0.tgz")},
    }
    assert "agents would be newer (1.11.0) than masters (1.10.0)" in planned(hosts)["problems"][0]
    hosts["m1"] = {"mesos_master": archive("1.10.0", OLD, NEW, "mesos-1.11.0.tgz")}
    assert planned(hosts)["problems"] == []
    assert planned(hosts, layers="mesos_slave")["problems"] != []


def test_masters_do_not_go_back_below_their_agents() -> None:
    hosts = {
        "m1": {"mesos_master": archive("1.11.0", OLD, NEW, "mesos-1.10.0.tgz")},
        "s1": {"mesos_slave": archive("1.11.0", OLD, OLD)},
    }
    assert "masters would be older (1.10.0) than agents (1.11.0)" in planned(hosts)["problems"][0]
    # In one run too, the masters would be the first.
    hosts["s1"] = {"mesos_slave": archive("1.11.0", OLD, NEW, "mesos-1.10.0.tgz")}
    assert "upgrade_layers=mesos_slave" in planned(hosts)["problems"][0]
    assert planned(hosts, layers="mesos_slave")["problems"] == []
    hosts["s1"] = {"mesos_slave": archive("1.10.0", OLD, OLD)}
    assert planned(hosts)["problems"] == []
    # Newer agents that are there already do not hold up masters that come nearer to them.
    hosts = {
        "m1": {"mesos_master": archive("1.9.0", OLD, NEW, "mesos-1.10.0.tgz")},
        "s1": {"mesos_slave": archive("1.11.0", OLD, OLD)},
    }
    assert planned(hosts)["problems"] == []


def test_masters_that_go_below_1_9_are_asked_what_they_keep() -> None:
    def asked(old: str, new: str, layer: str = "mesos_master") -> bool:
        return bool(planned({"m1": {layer: archive(old, OLD, NEW, f"mesos-{new}.tgz")}})["unread"])

    assert asked("1.11.0", "1.8.1")
    assert not asked("1.11.0", "1.9.0")
    assert not asked("1.11.0", "1.8.1", "mesos_slave")


def test_one_newest_marathon_is_enough_to_need_a_newer_mesos() -> None:
    hosts = {
        "m1": {
            "mesos_master": archive("1.4.1", OLD, OLD),
            "marathon": archive("1.6.352", OLD, NEW, "marathon-1.7.236.tgz"),
        },
        "m2": {"mesos_master": archive("1.11.0", OLD, OLD), "marathon": archive("1.6.352", OLD, OLD)},
    }
    assert "Marathon 1.7.236 needs Mesos 1.5 or newer" in planned(hosts)["problems"][0]


def test_a_limit_does_not_switch_comparisons_off() -> None:
    """It leaves hosts out, whose versions are not known then."""
    groups = {"mesos_master": ["m1", "m2"], "mesos_slave": ["s1", "s2"], "marathon": ["m1"]}
    agent = {"s1": {"mesos_slave": archive("1.10.0", OLD, NEW, "mesos-1.11.0.tgz")}}
    assert planned(agent, groups=groups)["problems"] == [
        "Whether agents go with masters is not known: m1, m2 are not in this run. Add to --limit what is missing, and "
        "name with upgrade_layers what changes."
    ]
    masters = {host: {"mesos_master": archive("1.11.0", OLD, OLD)} for host in ("m1", "m2")}
    assert planned({**agent, **masters}, groups=groups)["problems"] == []
    (told,) = planned({**agent, "m1": masters["m1"]}, groups=groups)["problems"]
    assert "m2 is not in this run" in told
    masters["m2"] = {"mesos_master": archive("", OLD, OLD, answers=False)}
    (told,) = planned({**agent, **masters}, groups=groups)["problems"]
    assert "m2 is silent about the version" in told
    marathon = {"m1": {"marathon": archive("1.10.17", OLD, NEW, "marathon-1.11.24.tgz")}}
    assert "Whether Marathon go" not in str(planned(marathon)["problems"])
    assert "m1, m2 are not in this run" in planned(marathon, groups=groups)["problems"][0]


def test_masters_that_go_back_are_compared_with_all_others() -> None:
    groups = {"mesos_master": ["m1"], "mesos_slave": ["s1"], "marathon": ["m2"]}
    forth = {"m1": {"mesos_master": archive("1.10.0", OLD, NEW, "mesos-1.11.0.tgz")}}
    assert planned(forth, groups=groups)["problems"] == []
    back = {"m1": {"mesos_master": archive("1.11.0", OLD, NEW, "mesos-1.10.0.tgz")}}
    agents, marathon = planned(back, groups=groups)["problems"]
    assert "s1 is not in this run" in agents
    assert "m2 is not in this run" in marathon


def test_masters_that_the_inventory_does_not_have() -> None:
    agent = {"s1": {"mesos_slave": archive("1.10.0", OLD, NEW, "mesos-1.11.0.tgz")}}
    found = planned(agent, groups={"mesos_slave": ["s1"]})
    assert (found["problems"], len(found["warnings"])) == ([], 1)
    assert "The inventory has no masters" in found["warnings"][0]


def test_what_does_not_go_together() -> None:
    hosts = {
        "m1": {
            "mesos_master": archive("1.4.1", OLD, OLD),
            "marathon": archive("1.6.352", OLD, NEW, "marathon-1.11.24.tgz"),
        }
    }
    assert "Marathon 1.11.24 needs Mesos 1.5" in planned(hosts)["problems"][0]
    hosts["m1"]["mesos_master"] = archive("1.4.1", OLD, NEW, "mesos-1.11.0.tgz")
    found = planned(hosts)
    assert found["problems"] == []
    assert "not to skip releases" in found["warnings"][0]


def test_steps_are_told_once() -> None:
    hosts = {host: {"marathon": archive("1.11.24", OLD, NEW, "marathon-1.9.109.tgz")} for host in ("m1", "m2")}
    assert len(planned(hosts)["problems"]) == 1


def test_no_way_back_is_a_warning() -> None:
    mesos = package("1.10.0", {"mesos": "1.10.0-1"}, {"package": "mesos", "version": "1.11.0-2"})
    mesos["program"]["unavailable"] = ["mesos"]
    assert planned({"m1": {"mesos_master": mesos}})["warnings"] == [
        "m1: no repository has mesos 1.10.0-1 any more, so there is no way back for masters."
    ]


def test_master_and_agent_of_one_package_cannot_go_back_alone() -> None:
    def mesos(new: str, **given: Any) -> dict[str, Any]:
        return package("1.10.0", {"mesos": "1.10.0-1"}, {"package": "mesos", "version": new}, **given)

    hosts = {"h1": {"mesos_master": mesos("1.11.0-2"), "mesos_slave": mesos("1.11.0-2")}}
    (told,) = planned(hosts)["problems"]
    assert "h1: its master and its agent run from one package (mesos)" in told
    assert "site.yml" in told
    assert planned(hosts, layers="marathon")["problems"] == []
    # Nothing new, two hosts, and a way back to something else.
    assert planned({"h1": {"mesos_master": mesos("1.10.0-1"), "mesos_slave": mesos("1.10.0-1")}})["problems"] == []
    apart = {"h1": {"mesos_master": mesos("1.11.0-2")}, "h2": {"mesos_slave": mesos("1.11.0-2")}}
    assert planned(apart)["problems"] == []
    hosts["h1"]["mesos_slave"] = mesos("1.11.0-2", program=program(archive=OLD, packages={"mesos": "1.10.0-1"}))
    assert planned(hosts)["problems"] == []
    hosts["h1"]["mesos_slave"] = archive("1.10.0", OLD, NEW, "mesos-1.11.0.tgz")
    assert planned(hosts)["problems"] == []


def test_the_leader_is_the_last() -> None:
    seen = {"m1": {"facts": {"leads": True}}, "m2": {"facts": {"leads": False}}, "m3": {"facts": {}}}
    assert order(["m1", "m2", "m3"], seen) == ["m2", "m3", "m1"]
    assert order(["m1", "m2"], {"m1": {"facts": {"mode": "leader"}}, "m2": {}}) == ["m2", "m1"]


def test_half_done_and_silent_hosts_are_the_first() -> None:
    seen = {"m2": {"answers": True, "facts": {"leads": True}}, "m3": {"answers": False, "facts": {}}}
    assert order(["m1", "m2", "m3"], seen) == ["m3", "m1", "m2"]
    assert order(["m1", "m2", "m3"], {"m2": seen["m2"]}, ["m3", "m2"]) == ["m3", "m1", "m2"]


def test_the_gate_of_an_agent_ends_before_its_masters_give_up() -> None:
    assert gate_seconds("120", 15.0, 5) == 35
    assert gate_seconds(20, 15.0, 5) == 20
    assert gate_seconds(120, 30.0, "10") == 120
    assert gate_seconds(120, 5.0, 2) == 15
