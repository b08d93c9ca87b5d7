"""What a user is not meant to use begins with an underscore and says so; what has a plain name is in the README."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PLUGINS = CHECKOUT / "plugins"
DOCUMENTED = ("filter", "inventory", "lookup", "modules")
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def of_kind(*kinds: str) -> list[Path]:
    return sorted(path for kind in kinds for path in (PLUGINS / kind).glob("*.py") if path.name != "__init__.py")


def place(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(CHECKOUT)}:{line}"


def described(path: Path) -> tuple[int, str]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = re.match(r"short_description: (.*)", line)
        if found:
            return number, found[1]
    return 1, ""


def test_a_plain_name_is_one_that_the_readme_names():
    plain = [path for path in of_kind("action", *DOCUMENTED) if not path.name.startswith("_")]
    assert plain
    wrong = [place(path) for path in plain if not re.search(rf"`{path.stem}`", README)]
    assert wrong == [], "name these in the README, or begin their names with an underscore"


def test_a_private_plugin_says_that_it_is_internal():
    wrong = []
    for path in of_kind(*DOCUMENTED):
        line, text = described(path)
        if text.lstrip("\"'").startswith("[INTERNAL]") is not path.name.startswith("_"):
            wrong.append(place(path, line))
    assert wrong == [], "[INTERNAL] and the underscore belong together"


def test_an_action_plugin_has_the_name_of_its_module():
    modules = {path.stem for path in of_kind("modules")}
    # An action plugin that runs on the controller alone has no module.
    public = [path for path in of_kind("action") if not path.name.startswith("_")]
    assert [place(path) for path in public if path.stem not in modules] == []


def test_all_of_module_utils_is_private():
    entries = [path for path in (PLUGINS / "module_utils").iterdir() if path.name not in ("__init__.py", "__pycache__")]
    assert entries
    assert [place(path) for path in sorted(entries) if not path.name.startswith("_")] == []
