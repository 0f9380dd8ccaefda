"""The drawn law is the law: docs/lifecycle.md is what the transition tables say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from django.utils import translation

ROOT = Path(__file__).resolve().parents[2]


def test_the_document_is_drawn_from_the_tables() -> None:
    spec = importlib.util.spec_from_file_location("lifecycle", ROOT / "scripts" / "lifecycle.py")
    assert spec is not None
    assert spec.loader is not None
    lifecycle = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lifecycle)
    with translation.override("en"):
        drawn = lifecycle.document()
    assert drawn == (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8"), "run scripts/lifecycle.py"
    assert "stateDiagram-v2" in drawn
