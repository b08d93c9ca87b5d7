"""Where 0 and false are values, nothing may take them for "not set", as default(omit, true) does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
READ = [
    *sorted(CHECKOUT.glob("roles/*/tasks/**/*.yml")),
    *sorted(CHECKOUT.glob("roles/*/handlers/*.yml")),
    *sorted(CHECKOUT.glob("roles/*/vars/**/*.yml")),
    *sorted(CHECKOUT.glob("playbooks/**/*.yml")),
]
FALSY_IS_OMITTED = re.compile(r"(\w+)\s*\|\s*default\(\s*omit\s*,\s*(?:boolean\s*=\s*)?true\s*\)", re.IGNORECASE)
MEANT = ("int", "float", "bool", "raw")


def types() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(CHECKOUT.glob("roles/*/meta/argument_specs.yml")):
        for entry in yaml.safe_load(path.read_text())["argument_specs"].values():
            found.update((name, row.get("type", "str")) for name, row in (entry.get("options") or {}).items())
    return found


def test_no_option_whose_zero_or_false_means_something_is_left_out_for_it():
    kinds = types()
    assert kinds["mesos_slave_drain_max_grace_period"] == "int"
    found = [
        (path.relative_to(CHECKOUT).as_posix(), name)
        for path in READ
        for name in FALSY_IS_OMITTED.findall(path.read_text())
        if kinds.get(name) in MEANT
    ]
    assert found == []


@pytest.mark.parametrize(("value", "given"), [(0, "0"), (30, "30"), (None, "__omit"), ("", "__omit")])
def test_a_grace_period_of_zero_reaches_the_agent(value, given):
    jinja2 = pytest.importorskip("jinja2")
    tasks = yaml.safe_load((CHECKOUT / "roles/mesos_slave/tasks/drain.yml").read_text())
    written = [
        options["max_grace_period"]
        for task in tasks
        for options in task.values()
        if isinstance(options, dict) and "max_grace_period" in options
    ]
    assert written
    for text in written:
        values = {"omit": "__omit", "mesos_slave_drain_max_grace_period": value}
        assert jinja2.Template(text).render(values) == given
