"""The report of the playbook drift: its outcome, what differs, and a text that stays short."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils import drift_report


def app(name: str, action: str = "none", fields: tuple[str, ...] = ()) -> dict[str, Any]:
    origin = None if action == "deleted" else f"{name}.yml"
    return {"id": f"/shop/{name}", "action": action, "fields": list(fields), "restarts": False, "origin": origin}


def result(*apps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"apps": list(apps), "pods": [], "groups": [], "summary": "Plan", "msg": "Plan", **more}


def test_no_drift():
    found = drift_report.report(result(app("a"), app("b"), pods=[app("pod")]), "/srv/apps")
    assert (found["outcome"], found["declared"], found["differs"], found["why"]) == ("no_drift", 3, [], "")
    assert found["lines"] == ["No drift: 3 of 3 as declared in /srv/apps"]


def test_each_kind_of_difference():
    found = drift_report.report(
        result(
            app("changed", "updated", ("cmd", "env.LEVEL")),
            app("gone", "created"),
            app("extra", "deleted"),
            app("right"),
            app("scaled", "scaled", ("instances",)),
            pods=[app("pod", "updated", tuple("abcdefg"))],
            groups=[
                {"id": "/shop", "action": "updated", "dependencies": []},
                {"id": "/shop/new", "action": "created", "dependencies": []},
                {"id": "/shop/old", "action": "deleted", "dependencies": []},
            ],
        ),
        "apps",
    )
    assert found["outcome"] == "drift"
    assert found["declared"] == 7
    assert found["lines"] == [
        "Drift: 3 changed, 1 scaled, 2 missing, 1 undeclared; 1 of 7 as declared in apps",
        "  /shop          group, differs from its definition: dependencies",
        "  /shop/changed  differs from its definition: cmd, env.LEVEL",
        "  /shop/extra    runs, not declared",
        "  /shop/gone     declared, does not exist",
        "  /shop/new      group, declared, does not exist",
        "  /shop/pod      differs from its definition: a, b, c, d, e and 2 more",
        "  /shop/scaled   has another number of instances",
    ]
    pod = next(one for one in found["differs"] if one["id"] == "/shop/pod")
    assert pod == {
        "id": "/shop/pod",
        "kind": "pod",
        "difference": "changed",
        "fields": list("abcdefg"),
        "origin": "pod.yml",
    }


@pytest.mark.parametrize(("number", "last"), [(19, "/shop/n18"), (20, "and 2 more"), (3000, "and 2982 more")])
def test_the_text_has_at_most_twenty_lines(number: int, last: str):
    found = drift_report.report(result(*(app(f"n{one:02}", "created") for one in range(number))), "apps")
    assert len(found["lines"]) == 20
    assert found["lines"][-1].strip().startswith(last)
    assert len(found["differs"]) == number


@pytest.mark.parametrize(
    ("directory", "given", "why"),
    [
        ("", {"skipped": True, "skip_reason": "Conditional result was False"}, "apps_dir is not set"),
        ("apps", {"failed": True, "msg": "web.json is not valid JSON:\n line 3"}, "web.json is not valid JSON: line 3"),
        # It was refused after the plan was made.
        ("apps", {**result(app("a", "updated")), "failed": True, "msg": "refused"}, "refused"),
        ("apps", result(), "apps declares no app, pod or group"),
        ("apps", result(app("extra", "deleted")), "apps declares no app, pod or group"),
    ],
)
def test_what_was_not_compared_is_no_drift(directory: str, given: dict[str, Any], why: str):
    found = drift_report.report(given, directory)
    assert (found["outcome"], found["differs"]) == ("not_compared", [])
    assert found["why"].startswith(why)
    assert found["lines"] == [f"Not compared: {found['why']}"]


def test_a_long_reason_is_cut_in_the_text_alone():
    found = drift_report.report({"failed": True, "msg": "x" * 5000}, "apps")
    assert len(found["lines"][0]) < 650
    assert len(found["why"]) == 5000


def test_a_directory_may_be_empty_on_purpose():
    found = drift_report.report(result(app("extra", "deleted")), "apps", empty_too=True)
    assert found["lines"][0] == "Drift: 1 undeclared; 0 of 0 as declared in apps"
    assert drift_report.report(result(), "apps", empty_too=True)["outcome"] == "no_drift"
