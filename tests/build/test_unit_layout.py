"""The unit tests of plugins/module_utils/_x/y.py are in tests/unit/_x/test_y.py, or test_y_of_something.py."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
UNIT = CHECKOUT / "tests" / "unit"
# Tests of plugins themselves, and of what roles plan (plugin_utils/_plans); the rest is of module_utils.
KINDS = ("action", "filter", "inventory", "lookup", "modules", "plans", "plugin_utils")
# By form and example: what is tested is the whole way from a definition to a manifest.
WHOLE = "_translate"


def of_module_utils() -> list[Path]:
    return sorted(path for path in UNIT.rglob("test_*.py") if path.relative_to(UNIT).parts[0] not in (*KINDS, WHOLE))


def has_code(path: Path) -> bool:
    """Whether a file of the same folder has this test's name, or begins it."""
    folder = CHECKOUT / "plugins" / "module_utils" / path.relative_to(UNIT).parent
    tested = path.stem.removeprefix("test_")
    files = [file.stem.lstrip("_") for file in folder.glob("*.py") if file.name != "__init__.py"]
    return any(tested == name or tested.startswith(f"{name}_") for name in files)


def test_each_test_lies_where_its_code_does():
    assert of_module_utils()
    assert [f"{path.relative_to(CHECKOUT)}:1" for path in of_module_utils() if not has_code(path)] == []


def test_tests_of_plugins_are_by_their_kind():
    first = {path.relative_to(UNIT).parts[0] for path in UNIT.rglob("test_*.py")}
    wrong = [name for name in sorted(first) if not (name.startswith(("_", "test_")) or name in KINDS)]
    assert [f"{(UNIT / name).relative_to(CHECKOUT)}:1" for name in wrong] == []
