"""The playbook status on real ZooKeeper servers and the engine: what it tells and writes, without a change."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import headless
import pytest
from local_cluster import LocalCluster, Program, free_port, wait_until, zookeeper_installed, zookeeper_mode
from status_table import line, shown

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")
OPEN = "open to anyone who reaches the port: "


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    flags = {"http_credentials": "operator:hidden-word"}
    home = tmp_path_factory.mktemp("status")
    with LocalCluster(home, masters=1, agents=1, marathons=1, zookeepers=3, marathon_flags=flags) as started:
        yield started


def place(program: Program, **variables: Any) -> dict[str, Any]:
    return {"quorum_address": program.ip, **variables}


def inventory(whole: LocalCluster) -> dict[str, Any]:
    """Each program is a host of its own, and one more host is down."""
    (master,), (agent,), (marathon,) = whole.masters, whole.agents, whole.marathons
    zookeepers = {
        f"zk{number}": place(server, zookeeper_client_port=server.port, zookeeper_address=server.ip)
        for number, server in enumerate(whole.zookeepers, 1)
    }
    gone = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": free_port()}
    groups = {
        "zookeeper": zookeepers,
        "mesos_masters": {"master1": place(master, mesos_master_port=master.port)},
        "mesos_slaves": {"slave1": place(agent, mesos_slave_port=agent.port), "slave2": gone},
        "marathon": {
            "marathon1": place(
                marathon,
                marathon_http_port=marathon.port,
                marathon_http_credentials={"username": "operator", "password": "hidden-word"},
            )
        },
    }
    shared = {
        "ansible_connection": "local",
        "ansible_become": False,
        "ansible_python_interpreter": sys.executable,
        "ansible_ssh_timeout": 3,
    }
    children = {name: {"hosts": hosts} for name, hosts in groups.items()}
    return {"all": {"vars": shared, "children": children}}


def status(ansible: Any, whole: LocalCluster, home: Path, *arguments: str) -> tuple[str, list[str]]:
    path = home / "inventory.json"
    path.write_text(json.dumps(inventory(whole)))
    done = ansible.run("ansible-playbook", "quorum.mesos.status", f"--inventory={path}", *arguments)
    assert done.code == 0, done.output
    return done.output, shown(done.output)


@pytest.mark.parametrize("arguments", [[], ["--check", "-vvv"]])
def test_each_service_of_each_host(whole: LocalCluster, ansible: Any, tmp_path: Path, arguments: list[str]) -> None:
    output, lines = status(ansible, whole, tmp_path, *arguments)
    print("\n".join(lines))
    assert sorted(set(re.findall(r"changed=(\d+)", output))) == ["0"]
    assert "hidden-word" not in output
    modes = {line(lines, "ZooKeeper", f"zk{number}").split()[2].rstrip(",") for number in (1, 2, 3)}
    assert modes == {"leader", "follower"}
    for number in (1, 2, 3):
        text = line(lines, "ZooKeeper", f"zk{number}")
        assert re.search(r"3 voters, epoch \d+, \d+ znodes; " + OPEN + "read, write$", text)
    assert re.search(
        r"leader, 1[.]11[.]0, quorum 1 of 1 replica, agents: 1 active, 1 framework; "
        + OPEN + "read, write, register a framework$",
        line(lines, "Mesos master", "master1"),
    )  # fmt: skip
    disk = r"disk \d+ % used, [\d.]+ [KMGT]iB free, 0 sandboxes; "
    assert re.search(r"active, 1[.]11[.]0, 0 tasks, " + disk + OPEN, line(lines, "Mesos agent", "slave1"))
    assert "the host is not reached: " in line(lines, "Mesos agent", "slave2")
    # It asks for a password.
    assert line(lines, "Marathon", "marathon1").endswith("leader, 1.11.24, 0 apps, 0 deployments")
    assert [text for text in lines if text.startswith(("The 3 ZooKeeper servers that serve have", "Clients write"))]
    assert "docs/security.md" in lines[-1]
    assert "Nobody has the lock of the cluster." in lines


def test_a_server_that_is_down_is_named(whole: LocalCluster, ansible: Any, tmp_path: Path) -> None:
    victim = next(server for server in whole.zookeepers if zookeeper_mode(server) == "follower")
    victim.kill()
    try:
        _output, lines = status(ansible, whole, tmp_path)
    finally:
        victim.start()
        wait_until("it serves again", lambda: zookeeper_mode(victim) in ("leader", "follower"))
    name = f"zk{whole.zookeepers.index(victim) + 1}"
    assert "does not answer: " in line(lines, "ZooKeeper", name)


@pytest.fixture
def shop(whole: LocalCluster, tmp_path: Path) -> Iterator[Path]:
    """An app that runs and one without room on any agent; the definitions of the first and of one that is not there."""
    url, login = whole.marathon_url, ("operator", "hidden-word")
    web = {"id": "/shop/web", "cmd": "exec python3 -m http.server $PORT0", "cpus": 0.1, "mem": 32}
    for app in (web, {"id": "/shop/big", "cmd": "sleep 1000", "cpus": 99}):
        whole.ask.put(f"{url}/v2/apps{app['id']}", json=app, auth=login, timeout=30).raise_for_status()
    running = f"{url}/v2/apps/shop/web"
    wait_until(
        "the app runs",
        lambda: whole.ask.get(running, auth=login, timeout=10).json()["app"]["tasksRunning"] == 1,
    )
    directory = tmp_path / "apps"
    directory.mkdir()
    (directory / "web.json").write_text(json.dumps(web))
    (directory / "new.json").write_text(json.dumps({"id": "/shop/new", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32}))
    yield directory
    whole.ask.delete(f"{url}/v2/groups/shop", params={"force": "true"}, auth=login, timeout=30).raise_for_status()
    deployments = f"{url}/v2/deployments"
    wait_until("nothing is deployed", lambda: whole.ask.get(deployments, auth=login, timeout=10).json() == [])


def written(ansible: Any, whole: LocalCluster, home: Path, shop: Path) -> tuple[list[str], dict[str, Any], str]:
    """The lines, the data and the page of one run."""
    data, page = home / "status.json", home / "status.html"
    output, lines = status(
        ansible, whole, home, f"--extra-vars=apps_dir={shop} status_json={data} status_html={page}", "-vvv"
    )
    assert sorted(set(re.findall(r"changed=(\d+)", output))) == ["0"]
    assert "hidden-word" not in output
    return lines, json.loads(data.read_text()), page.read_text()


def test_agents_apps_deployments_and_drift(whole: LocalCluster, ansible: Any, tmp_path: Path, shop: Path) -> None:
    lines, data, page = written(ansible, whole, tmp_path, shop)
    print("\n".join(lines))
    (agent,) = data["agents"]
    assert (agent["state"], agent["total"]["cpus"], round(agent["free"]["cpus"], 3)) == ("active", 4.0, 3.9)
    disk = agent["work_dir"]
    assert (disk["sandboxes"] - disk["ended"], 0 < disk["used_percent"] <= 100) == (1, True)
    assert Path(disk["path"]).is_dir()
    apps = {one["id"]: one for one in data["apps"]}
    assert (apps["/shop/web"]["running"], apps["/shop/web"]["good"]) == (1, True)
    assert re.fullmatch(r"127[.]0[.]0[.]2:\d+", apps["/shop/web"]["at"][0])
    assert (apps["/shop/big"]["running"], apps["/shop/big"]["good"]) == (0, False)
    (deployment,) = data["deployments"]
    assert deployment["affects"] == ["/shop/big"]
    assert deployment["waits_for"][0].startswith("/shop/big: no agent offers 99 cpus: largest free is 3.9 on ")
    assert data["drift"]["plan"] == "1 of 2 as declared"
    assert {one["id"]: one["difference"] for one in data["drift"]["differs"]} == {
        "/shop/new": "missing",
        "/shop/big": "undeclared",
    }
    assert f"  /shop/web  1 of 1 running  {apps['/shop/web']['at'][0]}" in lines
    assert any(re.search(r"^  /shop/big  step \d of 2  /shop/big: no agent offers 99 cpus", text) for text in lines)
    assert "/shop/big: no agent offers 99 cpus" in page


def test_a_directory_that_cannot_be_read_is_said(whole: LocalCluster, ansible: Any, tmp_path: Path) -> None:
    _output, lines = status(ansible, whole, tmp_path, f"--extra-vars=apps_dir={tmp_path / 'none'}")
    assert any(text.startswith("DRIFT against ") and str(tmp_path / "none") in text for text in lines)


@pytest.mark.long
@pytest.mark.skipif(headless.CHROMIUM is None, reason="needs the Debian package chromium")
def test_the_page_in_a_browser(whole: LocalCluster, ansible: Any, tmp_path: Path, shop: Path) -> None:
    _lines, _data, page = written(ansible, whole, tmp_path, shop)
    seen = {
        (width, dark): headless.seen(page, tmp_path, width, dark) for width in (390, 1200) for dark in (False, True)
    }
    for (width, _dark), one in seen.items():
        assert (one["wide"], one["beyond"], one["fetched"]) == (width, [], 0)
        assert one["small"] >= 12
        assert width < 1200 or one["broken"] == [], "a word is on two lines, though there is room"
        assert "/shop/web" in one["text"]
        assert "no agent offers 99 cpus" in one["text"]
        assert one["picture"].stat().st_size > 10_000
    brightness = {key: sum(map(int, re.findall(r"\d+", one["ground"])[:3])) for key, one in seen.items()}
    ink = {key: sum(map(int, re.findall(r"\d+", one["ink"])[:3])) for key, one in seen.items()}
    assert all((brightness[key] < 150 < 500 < ink[key]) is key[1] for key in seen), (brightness, ink)
    assert all((ink[key] < 150 < 500 < brightness[key]) is not key[1] for key in seen), (brightness, ink)
