"""Writes the options and entry points of every role's meta/argument_specs.yml into its README.

``role_readme.py`` writes, ``role_readme.py --check`` only says which READMEs are behind.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROLES = Path(__file__).resolve().parent.parent / "roles"
FIRST = "<!-- What follows is written by `make docs` from meta/argument_specs.yml. -->"
LAST = "<!-- What stands above was written by `make docs`. -->"


def _plain(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "\\|")


def markdown(text: str) -> str:
    """A sentence of a specification as Markdown in a table."""
    pieces = re.split(r"\b[CVOIMFP]\(((?:[^()]|\([^()]*\))*)\)", text)
    return "".join(
        "`" + piece.replace("|", "\\|") + "`" if place % 2 else _plain(piece) for place, piece in enumerate(pieces)
    )


def type_of(option: Mapping[str, Any]) -> str:
    if "choices" in option:
        return " or ".join(f"`{str(choice).lower() if choice is None else choice}`" for choice in option["choices"])
    kind = option.get("type", "str")
    return f"list of {option['elements']}" if kind == "list" and "elements" in option else kind


def default_of(name: str, option: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """The value that an option has if nobody sets it, or the word for where it comes from."""
    if option.get("required"):
        return "required"
    value = option["default"] if "default" in option else defaults.get(name)
    if value is None or value == "":
        return "none"
    if isinstance(value, str):
        return "computed" if "{{" in value else f"`{value}`"
    text = json.dumps(value)
    return "computed" if "{{" in text else "`" + text.replace("|", "\\|") + "`"


def rows(options: Mapping[str, Any], defaults: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, option in options.items():
        description = option["description"]
        sentences = [description] if isinstance(description, str) else description
        meaning = " ".join(markdown(sentence) for sentence in sentences)
        yield f"| `{before}{name}` | {type_of(option)} | {default_of(name, option, defaults)} | {meaning} |"
        within = before + name + ("[]" if option.get("type") == "list" else "") + "."
        yield from rows(option.get("options", {}), {}, within)


def section(role: Path) -> str:
    """What stands between the markers of a role's README."""
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    defaults = yaml.safe_load((role / "defaults" / "main.yml").read_text())
    lines = ["## Options", "", "| option | type | default | meaning |", "| --- | --- | --- | --- |"]
    lines += rows(specs["main"]["options"], defaults)
    lines += [
        "",
        "## Entry points",
        "",
        "All take the same options.",
        "",
        "| `tasks_from` | what it does |",
        "| --- | --- |",
    ]
    for name, spec in specs.items():
        description = spec["description"]
        sentences = [description] if isinstance(description, str) else description
        lines.append(f"| `{name}` | {' '.join(markdown(sentence) for sentence in sentences)} |")
    return "\n".join([FIRST, "", *lines, "", LAST])


def renewed(role: Path) -> str:
    """The role's README as it should be."""
    text = (role / "README.md").read_text()
    if FIRST not in text or LAST not in text:
        raise SystemExit(f"{role.name}/README.md lacks the line {FIRST} or {LAST}")
    return text[: text.index(FIRST)] + section(role) + text[text.index(LAST) + len(LAST) :]


def main(arguments: list[str]) -> int:
    stale = []
    for specs in sorted(ROLES.glob("[!_]*/meta/argument_specs.yml")):
        role = specs.parent.parent
        readme, text = role / "README.md", renewed(role)
        if text != readme.read_text():
            stale.append(role.name)
            if "--check" not in arguments:
                readme.write_text(text)
    if stale and "--check" in arguments:
        print(
            f"The README of {', '.join(stale)} is behind the role's argument_specs: run `make docs`.", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
