"""``jieban bench NAME``."""

from __future__ import annotations

import json
import os
import platform
import sys
from argparse import REMAINDER, ArgumentParser
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand

from jieban.foundation.errors import OperatorError

FOLDER = Path(__file__).resolve().parents[5] / "bench"


class Command(BaseCommand):
    """Measure a promise."""

    help = "Measure one of our promises; without a name, list them."
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's own form)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", nargs="?")
        parser.add_argument("--json", action="store_true", help="print one JSON object on one line")
        parser.add_argument("options", nargs=REMAINDER, help="options of the bench itself")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the bench and print its figures."""
        benches = {path.stem: path for path in sorted(FOLDER.glob("[!_]*.py"))}
        name = (options["name"] or "").replace("-", "_")
        if not name:
            for stem, path in benches.items():
                self.stdout.write(f"{stem.replace('_', '-'):<16}{_says(path)}")
            return
        if name not in benches:
            raise OperatorError(
                f"There is no bench {options['name']}.", f"Choose one of: {', '.join(benches)}."
            )
        rest = [word for word in options["options"] if word != "--json"]
        result = _load(benches[name]).run(rest)
        result.setdefault("machine", machine())
        as_line = options["json"] or "--json" in options["options"]
        self.stdout.write(json.dumps(result, ensure_ascii=False, indent=None if as_line else 2, default=str))


def _load(path: Path) -> ModuleType:
    """The bench as a module of the package ``bench`` of the checkout."""
    root = str(FOLDER.parent)
    if root not in sys.path:
        sys.path.insert(0, root)
    return import_module(f"bench.{path.stem}")


def _says(path: Path) -> str:
    first = path.read_text(encoding="utf-8").lstrip().lstrip('"').splitlines()[0]
    return first.rstrip('"')


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
