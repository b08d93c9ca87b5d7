"""Service ports, change detection and ids."""

from __future__ import annotations

import pytest

from labengine.marathon.definition import compare, paths, ports, reader
from labengine.marathon.definition.errors import ApiError
from labengine.marathon.definition.settings import Settings

SMALL = Settings(local_port_min=10000, local_port_max=10003)


def app(**fields):
    return reader.read_app({"id": "a", "cmd": "cc", **fields}, defaults=SMALL)


def bridged(*service_ports):
    mappings = [{"containerPort": 80, "servicePort": port} for port in service_ports]
    return app(container={"docker": {"image": "x"}, "portMappings": mappings}, networks=[{"mode": "container/bridge"}])


def assigned(new, previous=None, taken=()):
    result = ports.assign_service_ports(new, previous=previous, taken=set(taken), settings=SMALL)
    return ports.service_ports(result)


@pytest.mark.parametrize(
    ("new", "taken", "expected"),
    [
        (app(), (), [10000]),
        (app(), (10000, 10001), [10002]),
        (app(ports=[]), (), []),
        (app(ports=[0, 10000, 0]), (), [10001, 10000, 10002]),
        (app(ports=[8080]), (8080,), [8080]),
        (bridged(0, 9000, 9000), (), [10000, 9000, 9000]),
        (bridged(), (), []),
    ],
)
def test_assignment(new, taken, expected):
    assert assigned(new, taken=taken) == expected


def test_previous_ports_are_used_again():
    previous = app(ports=[10003, 10001])
    assert assigned(app(ports=[0, 0]), previous, (10003, 10001)) == [10003, 10001]
    assert assigned(app(ports=[0, 10003]), previous, (10003, 10001)) == [10001, 10003]
    assert assigned(app(ports=[0, 0, 0]), previous, (10003, 10001)) == [10003, 10001, 10000]
    assert assigned(app(ports=[0]), app(ports=[9000])) == [10000]


def test_exhausted_range():
    with pytest.raises(ApiError) as caught:
        assigned(app(), taken=range(10000, 10004))
    assert caught.value.status == 500
    assert caught.value.body == {"message": "All ports in the range [10000-10003) are already in use"}


@pytest.mark.parametrize(
    "change",
    [
        {"cmd": "dd"},
        {"labels": {"a": "b"}},
        {"backoffSeconds": 2},
        {"killSelection": "OLDEST_FIRST"},
        {"dependencies": ["db"]},
        {"upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0}},
        {"healthChecks": [{"port": 80}]},
        {"taskKillGracePeriodSeconds": 5},
        {"requirePorts": True},
        {"tty": True},
        {"env": {"A": "b"}},
        {"resourceLimits": {"mem": 512}},
        {"ports": [0, 0]},
    ],
)
def test_changed_definitions(change):
    assert compare.is_upgrade(app(), app(**change))


@pytest.mark.parametrize("same", [{"instances": 3}, {"executorResources": {}}, {"cpus": 1.0}, {"env": {}}])
def test_same_definitions(same):
    assert not compare.is_upgrade(app(), app(**same))


def test_order_of_sets_does_not_matter():
    first = [["rack", "UNIQUE"], ["rack", "LIKE", "r.*"]]
    assert not compare.is_upgrade(app(constraints=first), app(constraints=first[::-1]))
    assert compare.is_upgrade(app(ports=[80, 81]), app(ports=[81, 80]))


@pytest.mark.parametrize(
    ("path", "base", "expected"),
    [
        ("a", "/", "/a"),
        ("a", "/g", "/g/a"),
        ("/a", "/g", "/a"),
        ("../a", "/g/h", "/g/a"),
        ("../../../a", "/g", "/a"),
        ("//a//b/", "/", "/a/b"),
        ("./a", "/g", "/g/a"),
        ("/", "/g", "/"),
    ],
)
def test_absolute(path, base, expected):
    assert paths.absolute(path, base) == expected


@pytest.mark.parametrize(
    ("path", "matching"),
    [
        ("a", True),
        ("/a-b/c.d-e/0", True),
        ("../a", True),
        ("", True),
        ("/", True),
        ("-a", False),
        ("a-", False),
        ("a_b", False),
        ("A", False),
        ("a..b", False),
        ("./a", False),
        ("a" * 5000 + "_", False),
    ],
)
def test_pattern(path, matching):
    assert paths.matches_pattern(path) is matching


def test_places_in_the_tree():
    assert paths.parent("/a/b") == "/a"
    assert paths.parent("/a") == paths.parent("/") == "/"
    assert paths.top_level_group("/g/h/a") == "g"
    assert paths.top_level_group("/a") is None
    assert paths.is_top_level("/g")
    assert not paths.is_top_level("/g/h")
    assert not paths.is_top_level("/")
