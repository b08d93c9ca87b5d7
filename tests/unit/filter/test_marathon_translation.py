"""The filters that translate: what they return, and errors that name the filter and what is wrong."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.quorum.mesos.plugins.filter import (
    marathon_to_kubernetes,
    marathon_to_swarm,
    marathon_translation_report,
)

APP = {"id": "/shop/web", "container": {"docker": {"image": "nginx"}}}
FILTERS = {
    name: made
    for module in (marathon_to_kubernetes, marathon_to_swarm, marathon_translation_report)
    for name, made in module.FilterModule().filters().items()
}


@pytest.mark.parametrize(("name", "kind"), [("marathon_to_kubernetes", "kubernetes"), ("marathon_to_swarm", "swarm")])
def test_what_they_return(name, kind):
    found = FILTERS[name](APP, namespace="shop", plain_env=["A"])
    assert set(found) == {"objects", "notes", "names"}
    assert found["names"] == {"/shop/web": "shop-web" if kind == "kubernetes" else "shop_web"}
    assert {note["target"] for note in found["notes"]} == {kind}


def test_the_report_is_about_the_chosen_targets_and_single_apps_have_options_of_their_own():
    text = FILTERS["marathon_translation_report"](
        [APP], targets="kubernetes", app_options={"/shop/web": {"kind": "Job"}}
    )
    assert "| Kubernetes | 1 |" in text
    assert "Docker Swarm |" not in text


@pytest.mark.parametrize("name", sorted(FILTERS))
@pytest.mark.parametrize(
    ("value", "options", "told"),
    [
        ("text", {}, "must be a mapping"),
        ({}, {}, "no id"),
        (APP, {"colour": "red"}, "there is no option 'colour'"),
        (APP, {"kind": "CronJob"}, "schedule is ''"),
    ],
)
def test_errors_name_the_filter(name, value, options, told):
    with pytest.raises(AnsibleFilterError, match=f"{name}: .*{told}"):
        FILTERS[name](value, **options)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"targets": ["nomad"]}, "targets has nomad"),
        ({"targets": []}, "targets has no element"),
        ({"app_options": {"/shop/web": "x"}}, "app_options has no mapping for /shop/web"),
        ({"app_options": ["x"]}, "app_options is no mapping"),
        ({"app_options": {"/other": {}}}, "there are options for /other"),
    ],
)
def test_errors_of_the_report(options, told):
    with pytest.raises(AnsibleFilterError, match=told):
        FILTERS["marathon_translation_report"](APP, **options)
