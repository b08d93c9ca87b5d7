"""Whole packages, and the app that DC/OS makes of them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._universe import app, labels, package

from .packages import VECTORS, content

SOURCE = "https://repo.example.com/universe"
CASES = [(vector["files"], case) for vector in VECTORS for case in vector["cases"]]
IDS = [f"{vector['name']}: {case['case']}" for vector in VECTORS for case in vector["cases"]]
REFUSED = {
    "error: this package takes no options": "takes no options, but a is given",
    "error: options do not match the schema": "the options do not match the schema of the package: /service/c",
    "error: the package has no Marathon template": "the package has no template for Marathon",
    "error: the template must render to a JSON object": "is not a JSON object",
}


def rendered(files: dict[str, Any], case: dict[str, Any]) -> app.App:
    found = package.from_files(content(files).get, 0, "here")
    return app.render(found, case["options"] or {}, case["app_id"], SOURCE, definition_label=False)


@pytest.mark.parametrize(("files", "case"), CASES, ids=IDS)
def test_vectors(files, case):
    if "error" in case:
        with pytest.raises(DefinitionError, match=REFUSED[case["error"]]):
            rendered(files, case)
        return
    found = rendered(files, case)
    assert found.options == case["merged_options"]
    wanted = case["rendered"]
    own, others = found.definition.pop("labels"), wanted.pop("labels")
    assert found.definition == wanted
    assert labels.stored_options(own) == labels.stored_options(others)
    assert {**own, labels.OPTIONS: ""} == {**others, labels.OPTIONS: ""}


def test_every_refusal_is_met():
    assert len(CASES) == 14
    assert {case["error"] for _files, case in CASES if "error" in case} == set(REFUSED)
