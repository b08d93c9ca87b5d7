"""The EXAMPLES of a plugin as a play that runs here: at this Marathon, in a group of the test's own, without Docker."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
PLUGINS = CHECKOUT / "plugins"
SERVER = "exec python3 -m http.server $PORT0"


def plugins() -> list[str]:
    """All that belongs to Marathon and has examples, like modules/marathon_app."""
    found = [path for kind in ("filter", "lookup", "modules") for path in (PLUGINS / kind).glob("marathon_*.py")]
    found += (PLUGINS / "modules").glob("universe_*.py")
    found.append(PLUGINS / "inventory" / "marathon.py")
    return sorted(f"{path.parent.name}/{path.stem}" for path in found)


def text(plugin: str) -> str:
    for statement in ast.parse((PLUGINS / f"{plugin}.py").read_text()).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == "EXAMPLES":
            return ast.literal_eval(statement.value)
    raise LookupError(f"{plugin} has no EXAMPLES")


def localised(words: str, url: str, group: str) -> str:
    """With this Marathon for every host of example.com, and all that is in the shop below the group."""
    words = re.sub(r"https?://\w+\.example\.com(:\d+)?(?=[/\s'\"\],]|$)", url, words, flags=re.MULTILINE)
    return re.sub(r"(?<![\w.}])/shop\b", f"{group}/shop", words)


def without_docker(value: Any) -> Any:
    """Where no agent has Docker, a web server that is a process stands in for what an image would start."""
    if isinstance(value, list):
        return [without_docker(element) for element in value]
    if not isinstance(value, dict):
        return value
    if "image" in value and ("definition" in value or "id" in value):
        # The options of marathon_app for single fields.
        ports = [{name: part for name, part in port.items() if name == "name"} for port in value.get("ports", [{}])]
        kept = {name: part for name, part in value.items() if name not in ("image", "network")}
        value = {"cmd": SERVER, **kept, "ports": ports}
    container = value.get("container")
    if isinstance(container, dict) and "image" in container.get("docker", {}):
        mappings = container.get("portMappings") or container["docker"].get("portMappings") or [{}]
        value = {name: part for name, part in value.items() if name not in ("container", "networks", "args")}
        named = [{"name": mapping["name"]} if "name" in mapping else {} for mapping in mappings]
        value = {"cmd": SERVER, **value, "portDefinitions": [{"port": 0, **name} for name in named]}
    return {name: without_docker(part) for name, part in value.items()}


def tasks(words: str) -> Iterator[dict[str, Any]]:
    """The tasks of the text. A mapping of variables becomes one that shows each of them."""
    for document in yaml.safe_load_all(words):
        if isinstance(document, list):
            yield from document
        else:
            yield from ({"name": name, "ansible.builtin.debug": {"msg": value}} for name, value in document.items())


def count(found: list[dict[str, Any]]) -> int:
    """How many tasks run when all goes well."""
    return sum(count(task["block"]) if "block" in task else 1 for task in found)


def play(found: list[dict[str, Any]], python: str) -> list[dict[str, Any]]:
    return [
        {
            "name": "Run the examples",
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": python},
            "tasks": found,
        }
    ]
