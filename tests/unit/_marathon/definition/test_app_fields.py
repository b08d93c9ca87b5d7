"""Each row of api.md 2.1 (data/app-fields.json): what is known of a field is what the planner's table says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app as app_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app_fields,
)

from ..rule_cases import ABSENT, app

TABLE = json.loads((Path(__file__).parents[1] / "data" / "app-fields.json").read_text(encoding="utf-8"))["fields"]
OWNERS = {"ignore": app_fields.SERVER, "canonicalise": app_fields.LEGACY}
# Marathon adds it to apps with persistent volumes, and it has no effect any more.
WITHOUT_EFFECT = "residency"
# What they say has another place in older releases.
MOVED = ("fetch", "networks", "portDefinitions", WITHOUT_EFFECT)


def those(condition):
    return [pytest.param(row, id=row["field"]) for row in TABLE if condition(row)]


def of_users(row):
    return row["compare"] not in OWNERS and row["field"] != WITHOUT_EFFECT


def test_the_table_knows_no_other_field():
    assert set(app_fields.FIELDS) - {row["field"] for row in TABLE} == {"storeUrls", "taskStats"}


@pytest.mark.parametrize("row", those(lambda row: True))
def test_who_sets_it(row):
    owner = OWNERS.get(row["compare"], app_fields.USER if of_users(row) else app_fields.SERVER)
    assert app_fields.FIELDS[row["field"]].owner == owner


@pytest.mark.parametrize("row", those(lambda row: of_users(row) and row["field"] not in ("id", "cmd")))
def test_its_default_is_shown_where_get_shows_it(row):
    shown = row["get"] in ("always", "host mode only") and row["field"] != "role"
    default = 300 if row["field"] == "maxLaunchDelaySeconds" else row["default"]
    assert app_definition.canonical(app()).get(row["field"], ABSENT) == (default if shown else ABSENT)


@pytest.mark.parametrize("row", those(lambda row: of_users(row) and "since" in row and row["field"] not in MOVED))
def test_the_release_that_brought_it(row):
    assert app_fields.FIELDS[row["field"]].since == tuple(int(number) for number in row["since"].split("."))


@pytest.mark.parametrize("row", those(lambda row: "cannot be unset" in row["partial_put_absent"]))
def test_what_a_partial_write_cannot_take_away_is_known(row):
    """Where that is the only kind of write, which is before 1.4; a default can always be written out."""
    field = app_fields.FIELDS[row["field"]]
    assert field.stays or field.since >= (1, 4) or row["default"] is not None


@pytest.mark.parametrize("row", those(lambda row: "DROPPED" in row["partial_put_absent"]))
def test_what_a_partial_write_drops_is_known(row):
    assert app_fields.FIELDS[row["field"]].create_only == ("also by full PUT" in row["partial_put_absent"])
