"""A module, the lookup and the inventory that are given no address name the option and the environment variable."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from unittest import mock

import pytest
import yaml
from ansible.errors import AnsibleLookupError, AnsibleParserError
from ansible.module_utils import basic
from ansible_collections.quorum.mesos.plugins.doc_fragments import marathon_plugin
from ansible_collections.quorum.mesos.plugins.inventory import marathon
from ansible_collections.quorum.mesos.plugins.lookup import marathon_endpoint
from ansible_collections.quorum.mesos.plugins.module_utils._http.login.options import no_url

MODULES = Path(__file__).resolve().parents[3] / "plugins" / "modules"
MESOS = sorted(path.stem for path in MODULES.glob("mesos_*.py"))


def failed(capsys, name, arguments):
    module = importlib.import_module(f"ansible_collections.quorum.mesos.plugins.modules.{name}")
    text = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    given = mock.patch.multiple(basic, create=True, _ANSIBLE_ARGS=text, _ANSIBLE_PROFILE="legacy")
    with given, pytest.raises(SystemExit):
        module.main()
    result = json.loads(capsys.readouterr().out)
    assert result["failed"]
    return result["msg"]


@pytest.mark.parametrize("name", MESOS)
@pytest.mark.parametrize("arguments", [{}, {"url": []}], ids=["none", "empty"])
def test_a_module_for_mesos(name, arguments, capsys, monkeypatch):
    monkeypatch.delenv("MESOS_URL", raising=False)
    sentence = "no Mesos master is named: set url, or the environment variable MESOS_URL, to its address"
    assert failed(capsys, name, arguments) == sentence


def test_the_variable_is_enough(capsys, monkeypatch):
    monkeypatch.setenv("MESOS_URL", "http://127.0.0.1:9")
    assert failed(capsys, "mesos_weight", {"weight": 1}) == "missing required arguments: role"


@pytest.mark.parametrize("url", [None, [], [""]])
def test_a_plugin_for_marathon(url, monkeypatch):
    for plugin, error, run in (
        (marathon_endpoint.LookupModule(), AnsibleLookupError, lambda plugin: plugin.run(["/a"])),
        (marathon.InventoryModule(), AnsibleParserError, lambda plugin: plugin._read()),
    ):
        options = {"url": url, "format": "{host}"}
        monkeypatch.setattr(plugin, "set_options", lambda **_given: None)
        monkeypatch.setattr(plugin, "get_option", options.get)
        with pytest.raises(error) as refused:
            run(plugin)
        assert no_url("MARATHON") in str(refused.value)


def test_the_plugins_ask_for_the_address_themselves():
    """What is required, Ansible refuses before the plugin runs, and without the variable's name."""
    option = yaml.safe_load(marathon_plugin.ModuleDocFragment.DOCUMENTATION)["options"]["url"]
    assert not option.get("required")
    assert (option["env"], option["vars"]) == ([{"name": "MARATHON_URL"}], [{"name": "marathon_url"}])
