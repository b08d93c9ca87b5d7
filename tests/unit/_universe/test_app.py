"""What is refused between options and app; whole packages are in test_app_vectors.py."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._universe import app

from .packages import built


def render(package, app_id=None, **options):
    return app.render(package, options, app_id, "here", definition_label=False)


def test_missing_options_are_named():
    template = '{"id": "/{{service.name}}", "cpus": {{service.cpus}}, "mem": {{mem}}}'
    with pytest.raises(DefinitionError, match="is not JSON: Expecting value: line 1") as error:
        render(built(template, {"properties": {"service": {}}}), service={"name": "x"})
    assert str(error.value).endswith("It names options that have no value: mem, service.cpus")


def test_an_error_in_the_json_alone_names_no_option():
    with pytest.raises(DefinitionError, match="what the template gives is not JSON") as error:
        render(built('{"id": "/a",}'))
    assert "no value" not in str(error.value)


def test_required_options_have_their_paths():
    config = {"properties": {"a": {"default": 1}, "service": {"required": ["name"]}}, "required": ["key"]}
    with pytest.raises(DefinitionError, match="/key is required and not set; /service/name is required and not set"):
        render(built(config=config), service={})


def test_an_empty_result_is_not_checked():
    assert render(built('{"id": "/a"}', {"required": ["a"]})).definition["id"] == "/a"


@pytest.mark.parametrize("labels", ['{"a": 1}', '{"a": null}', "[]", '"a"'])
def test_labels_are_text(labels):
    with pytest.raises(DefinitionError, match="label"):
        render(built(f'{{"id": "/a", "labels": {labels}}}', config=None))


def test_options_in_a_circle_are_refused():
    circle: dict = {}
    circle["a"] = circle
    with pytest.raises(DefinitionError, match="options has more than 100 levels"):
        render(built(), **circle)


def test_null_replaces_a_default():
    config = {"properties": {"name": {"default": "a"}}}
    assert render(built('{"id": "/x{{name}}"}', config=config), name=None).definition["id"] == "/x"
    with pytest.raises(DefinitionError, match="/name is null, but must be text"):
        render(built(), name=None)
