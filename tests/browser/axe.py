"""What axe finds on a page, where it is installed (``make setup`` installs it)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")


def faults(page: Page) -> list[tuple[str, str]]:
    """The serious faults of a page: (rule, element). Skips the test where axe is not installed."""
    if not SCRIPT.exists():
        pytest.skip("axe-core is not installed (npm install)")
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations)")
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in GRAVE]
