from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning.order import (
    find_circle,
    levels,
)


@pytest.mark.parametrize(
    ("apps", "groups", "circle"),
    [
        ({"/a": ["/b"], "/b": []}, {}, []),
        ({"/a": ["/missing"]}, {}, []),
        ({"/a": ["/a"]}, {}, ["/a", "/a"]),
        ({"/a": ["/b"], "/b": ["/c"], "/c": ["/a"]}, {}, ["/a", "/b", "/c", "/a"]),
        # By way of a group: who depends on it depends on what is in it.
        ({"/a": ["/g"], "/g/x": ["/a"]}, {}, ["/a", "/g/x", "/a"]),
        # By way of a group: what is in it inherits its dependencies.
        ({"/a": ["/g/x"], "/g/x": []}, {"/g": ["/a"]}, ["/a", "/g/x", "/a"]),
        ({"/g/sub/x": [], "/h/y": []}, {"/g": ["/h"], "/h": ["/g/sub"]}, ["/g/sub/x", "/h/y", "/g/sub/x"]),
        ({"/g/x": [], "/h/y": []}, {"/g": ["/h"]}, []),
        ({"/g/x": []}, {"/g": ["/g"]}, ["/g/x", "/g/x"]),
        ({"/a": []}, {"/g": ["/h"], "/h": ["/g"]}, []),
    ],
)
def test_circles(apps, groups, circle):
    assert find_circle(apps, groups) == circle


@pytest.mark.parametrize(
    ("ids", "apps", "groups", "rows"),
    [
        (["/b", "/a"], {"/a": [], "/b": []}, {}, [["/a", "/b"]]),
        (["/a", "/b", "/c"], {"/a": ["/b"], "/b": ["/c"], "/c": []}, {}, [["/c"], ["/b"], ["/a"]]),
        # What is not to be ordered passes its dependencies on.
        (["/a", "/c"], {"/a": ["/b"], "/b": ["/c"], "/c": []}, {}, [["/c"], ["/a"]]),
        (["/g/x", "/h/y"], {"/g/x": [], "/h/y": []}, {"/g": ["/h"]}, [["/h/y"], ["/g/x"]]),
        ([], {"/a": []}, {}, []),
    ],
)
def test_dependencies_come_first(ids, apps, groups, rows):
    assert levels(ids, apps, groups) == rows


def test_a_long_chain_and_large_groups():
    chain = {f"/c{number}": [f"/c{number + 1}"] for number in range(5000)}
    assert find_circle(chain | {"/c5000": []}, {}) == []
    apps = {f"/{group}/x{number}": [] for group in ("g", "h") for number in range(2000)}
    assert levels(apps, apps, {"/g": ["/h"]}) == [
        sorted(x for x in apps if x[1] == "h"),
        sorted(x for x in apps if x[1] == "g"),
    ]
