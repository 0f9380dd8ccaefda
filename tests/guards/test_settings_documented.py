"""Every setting is documented, and only one module reads the environment."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from jieban.foundation.env import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "settings.md"
READER = ROOT / "src" / "jieban" / "foundation" / "env.py"


@pytest.mark.parametrize("name", SETTINGS)
def test_setting_is_documented_as_in_the_code(name: str) -> None:
    setting = SETTINGS[name]
    rows = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if f"`{name}` |" in line]
    assert len(rows) == 1, f"{name} needs one row in docs/settings.md"
    assert setting.meaning in rows[0], f"docs/settings.md tells another meaning of {name} than env.py"
    assert setting.default in rows[0], f"docs/settings.md tells another default of {name} than env.py"


def test_document_names_no_setting_that_is_gone() -> None:
    rows = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    named = [row.split("`")[1] for row in rows]
    assert not [name for name in named if name.isupper() and name not in SETTINGS]


def _reads_of_environment(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    allowed = {
        node.func.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "setdefault"  # a write: which settings module Django shall use
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value == "DJANGO_SETTINGS_MODULE"
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"}:
            if node not in allowed and isinstance(node.value, ast.Name) and node.value.id == "os":
                found.append(f"{path}:{node.lineno}")
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            names = {alias.name for alias in node.names} & {"environ", "environb", "getenv"}
            found += [f"{path}:{node.lineno}"] * len(names)
    return found


def test_only_one_module_reads_the_environment() -> None:
    found = [
        place
        for path in sorted((ROOT / "src" / "jieban").rglob("*.py"))
        if path != READER
        for place in _reads_of_environment(path)
    ]
    assert not found, f"read settings through jieban.foundation.env instead: {found}"
