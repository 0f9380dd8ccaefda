"""The labelled samples: every line is JSON and its label names what there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jieban.city.checks.sheet import Sheet

KEYS = ("id", "style", "channel", "title", "text", "label")
STYLES = (
    *("plain", "rambling", "typo", "angry", "polite", "short", "elder", "multi", "no_place"),
    *("young", "migrant", "clerk", "formal", "parent", "owner", "dictation", "deputy"),
)
LABELS = (
    ("demand_type", "demand_types", False),
    ("category", "categories", False),
    ("tier", "limit_tiers", False),
    ("district", "places", True),
    ("street", "places", True),
    ("unit", "units", True),
)
"""(key of a label, table that holds the code, whether it may be null)."""


def check_samples(sheet: Sheet) -> None:
    """All files of the folder ``samples``; ids are unique over all of them."""
    if sheet.folder is None:
        return
    seen: dict[str, str] = {}
    for path in sorted((sheet.folder / "samples").glob("*.jsonl")):
        file = f"samples/{path.name}"
        for line, text in enumerate(_lines(sheet, file, path), 1):
            sample = _parse(sheet, file, line, text)
            if sample is None:
                continue
            first = seen.setdefault(str(sample["id"]), f"{file}:{line}")
            if first != f"{file}:{line}":
                sheet.error(
                    file,
                    line,
                    "id",
                    f"The id '{sample['id']}' stands already at {first}.",
                    "Give it its own.",
                )
            _check_label(sheet, file, line, sample["label"])


def _lines(sheet: Sheet, file: str, path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        sheet.error(file, 0, "", f"The file cannot be read: {error}.", "Save it as a text in UTF-8.")
        return []


def _parse(sheet: Sheet, file: str, line: int, text: str) -> dict[str, Any] | None:
    """The sample of a line; None for an empty line, and with the mistake noted for a bad one."""
    if not text.strip():
        return None
    try:
        sample = json.loads(text)
    except json.JSONDecodeError as error:
        sheet.error(file, line, "", f"This is not JSON: {error}.", "Write one object on one line.")
        return None
    if not isinstance(sample, dict) or not isinstance(sample.get("label"), dict):
        sheet.error(file, line, "label", "There is no label.", "Write an object with a label.")
        return None
    missing = [key for key in KEYS if key not in sample]
    if missing:
        sheet.error(file, line, missing[0], f"{', '.join(missing)} is missing.", "Add it.")
        return None
    if not isinstance(sample["text"], str) or not sample["text"].strip():
        sheet.error(file, line, "text", "The request is empty.", "Write what the caller says.")
    if sample["style"] not in STYLES:
        sheet.warn(
            file, line, "style", f"'{sample['style']}' is no style.", f"Write one of: {', '.join(STYLES)}."
        )
    return sample


def _check_label(sheet: Sheet, file: str, line: int, label: dict[str, Any]) -> None:
    for key, table, optional in LABELS:
        code = label.get(key)
        codes = sheet.book.units.keys() if table == "units" else sheet.codes[table]
        if code is None and key in label and optional:
            continue
        if not isinstance(code, str) or code not in codes:
            sheet.error(
                file, line, f"label.{key}", f"'{code}' is no code of {table}.csv.", "Correct the label."
            )
        elif key == "category" and len(code) != 6:
            sheet.error(
                file, line, "label.category", f"'{code}' is not of the third level.", "Give six digits."
            )
        elif key in ("district", "street") and sheet.book.places[code].level != key:
            sheet.error(file, line, f"label.{key}", f"'{code}' is no {key}.", "Correct the label.")
    if not isinstance(label.get("danger"), bool):
        sheet.error(file, line, "label.danger", "danger is neither true nor false.", "Write true or false.")
