"""Brings the catalogues of translations up to date with what code and templates say.

    .venv/bin/python scripts/messages.py              every room
    .venv/bin/python scripts/messages.py web intake   these rooms

New messages are added without a translation, messages that nothing says any more are removed. The
catalogues stand in src/jieban/<room>/locale/zh_Hans/LC_MESSAGES/django.po; `make setup` compiles them.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import templatize

ROOMS = Path(__file__).resolve().parents[1] / "src" / "jieban"
LANGUAGE = "zh_Hans"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "trans", "translate")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}

UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
"""git knows when a catalogue was changed; a date in the file would only make every update a change."""

type Message = str | tuple[str, str]


def rooms() -> list[str]:
    """The rooms that say something to people."""
    return sorted(path.name for path in ROOMS.iterdir() if path.is_dir() and any(said(path.name)))


def said(room: str) -> Iterator[tuple[str, Message, str | None]]:
    """What a room says: (file, message or (singular, plural), context)."""
    for path in sorted((ROOMS / room).rglob("*")):
        name = str(path.relative_to(ROOMS))
        if "/static/" in name or "/migrations/" in name:
            continue
        if path.suffix == ".py":
            yield from _in_code(name, path.read_text(encoding="utf-8"))
        elif "templates" in path.parts and path.suffix in (".html", ".txt", ".svg"):
            if not settings.configured:
                settings.configure(USE_I18N=False)
                django.setup()
            source = path.read_text(encoding="utf-8")
            yield from _in_code(name, templatize(source, origin=name))


def _in_code(name: str, source: str) -> Iterator[tuple[str, Message, str | None]]:
    lines = io.BytesIO(source.encode())
    found = extract("python", lines, KEYWORDS, options={"encoding": "utf-8"})
    for _line, message, _comments, context in found:
        if isinstance(message, str) and message:
            yield name, message, context
        elif isinstance(message, tuple) and len(message) == 2:
            yield name, (message[0], message[1]), context


def catalogue_path(room: str) -> Path:
    """Where the Chinese catalogue of a room lies."""
    return ROOMS / room / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def catalogue(room: str) -> Catalog:
    """The Chinese catalogue of a room as it is now; an empty one where there is none."""
    path = catalogue_path(room)
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def updated(room: str) -> Catalog:
    """The catalogue with exactly what the room says, translated as before where it was."""
    before = catalogue(room)
    after = Catalog(locale=LANGUAGE, project="Jieban", charset="utf-8", fuzzy=False, creation_date=UNDATED)
    after.header_comment = f"# What the room '{room}' says, in Chinese."
    for name, message, context in said(room):
        known = before.get(message if isinstance(message, str) else message[0], context)
        after.add(message, known.string if known else "", locations=[(name, 1)], context=context)
    return after


def main() -> None:
    """Update the catalogues of the rooms named, or of all."""
    for room in sys.argv[1:] or rooms():
        after = updated(room)
        path = catalogue_path(room)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, after, width=100, sort_output=True, include_lineno=False, ignore_obsolete=True)
        missing = [message.id for message in after if message.id and not _is_translated(message.string)]
        print(f"{room}: {len(after)} messages, {len(missing)} without translation")


def _is_translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


if __name__ == "__main__":
    main()
