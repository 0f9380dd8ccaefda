"""Rule packs: the limits and thresholds of another place, laid over a city without touching its files.

A rule pack is a folder of ``data/rules/`` with ``pack.toml`` and any of ``TABLES_OF_RULES`` as CSV. Its
rows take the place of the city's rows of the same key; a table that ``whole`` names is replaced as a
whole. What comes out is a book like any other, checked like any other, with a version that names the
rule pack, so that its fingerprint differs. Needs no database.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jieban.city.book import Book
from jieban.city.findings import Finding, PackErrors, PackNotFound
from jieban.city.pack import PACK_FILE, Reading, read_table_of
from jieban.city.rows import Row
from jieban.city.schema import make_book, row_key
from jieban.foundation import env

RULES = "rules"
"""The folder beside the city packs in which the rule packs lie."""

TABLES_OF_RULES = (
    "limit_tiers",
    "tier_choices",
    "rules",
    "calendars",
    "calendar_days",
    "schemes",
    "oversight_triggers",
    "oversight_steps",
    "exclusions",
)
"""The tables that a rule pack may hold: numbers, limits and ladders, never places, units or duties."""

KEYS_OF_PACK = ("code", "name", "name_en", "source")


class FarLine(int):
    """A line of a file that lies in another folder than the city's own."""

    folder: str = ""

    @classmethod
    def at(cls, line: int, folder: str) -> FarLine:
        """Line ``line`` of a file in ``folder``."""
        far = cls(line)
        far.folder = folder
        return far


@dataclass(frozen=True)
class RulePack:
    """A rule pack that was read: who it is, its rows with their lines, and the tables replaced whole."""

    code: str
    name: str
    name_en: str
    source: str
    tables: Mapping[str, tuple[Any, ...]]
    lines: Mapping[str, list[int]]
    whole: tuple[str, ...] = ()


def find_rules(name_or_path: str | Path) -> Path:
    """The folder of a rule pack: a path, else a folder of that name inside ``rules`` of JIEBAN_PACKS.

    Raises ``PackNotFound`` naming the rule packs that there are.
    """
    path = Path(name_or_path).expanduser()
    if (path / PACK_FILE).is_file():
        return path.resolve()
    folders = [folder / RULES for folder in env.packs()]
    if len(path.parts) == 1:
        for folder in folders:
            if (folder / path / PACK_FILE).is_file():
                return (folder / path).resolve()
    known = sorted({found.parent.name for folder in folders for found in folder.glob(f"*/{PACK_FILE}")})
    raise PackNotFound(
        f"There is no rule pack '{name_or_path}'.",
        f"Give one of {', '.join(known)}, or the path of one." if known else "Give the path of one.",
    )


def read_rules(folder: Path) -> RulePack | PackErrors:
    """The rule pack in ``folder``, or every mistake in its form."""
    reading = Reading(folder)
    about = _read_about(reading)
    for table in TABLES_OF_RULES:
        if (folder / f"{table}.csv").is_file():
            read_table_of(reading, table)
    known = {f"{table}.csv" for table in TABLES_OF_RULES}
    for stray in sorted(folder.glob("*.csv")):
        if stray.name not in known:
            remedy = f"A rule pack holds only {', '.join(sorted(known))}."
            reading.add(stray.name, 0, "", "This table does not belong into a rule pack.", remedy)
    if reading.findings:
        prefix = f"{RULES}/{folder.name}"
        return PackErrors(prefix, [replace(each, file=f"{prefix}/{each.file}") for each in reading.findings])
    lines = {
        table: [FarLine.at(line, f"{RULES}/{folder.name}") for line in found]
        for table, found in reading.lines.items()
    }
    whole = tuple(about.pop("whole", ()))
    return RulePack(**about, tables=reading.tables, lines=lines, whole=whole)  # type: ignore[arg-type]


def overlay(book: Book, folder: Path) -> Book:
    """The book of a city under the rules in ``folder``. Pure but for reading the files.

    Raises ``PackErrors`` where the rule pack cannot be read.
    """
    rules = read_rules(folder)
    if isinstance(rules, PackErrors):
        raise rules
    return laid_over(book, rules)


def laid_over(book: Book, rules: RulePack) -> Book:
    """The book with the rows of a rule pack in the place of its own."""
    tables = dict(book.tables)
    for table, rows in rules.tables.items():
        tables[table] = (*(row for row in book.tables[table] if _stays(table, row, rules)), *rows)
    identity = replace(book.identity, version=f"{book.identity.version}+{rules.code}")
    return make_book(identity, tables, book.folder)


def lines_under(book: Book, lines: Mapping[str, list[int]], rules: RulePack) -> dict[str, list[int]]:
    """Where the rows of ``laid_over`` stand: the city's lines, then those of the rule pack."""
    found = dict(lines)
    for table, own in rules.lines.items():
        kept = zip(lines.get(table, ()), book.tables[table], strict=True)
        found[table] = [*(line for line, row in kept if _stays(table, row, rules)), *own]
    return found


def with_folder(finding: Finding) -> Finding:
    """The finding with the folder of the rule pack before its file, where it lies there."""
    line = finding.line
    return replace(finding, file=f"{line.folder}/{finding.file}") if isinstance(line, FarLine) else finding


def _stays(table: str, row: Row, rules: RulePack) -> bool:
    """Whether a row of the city holds on under the rule pack."""
    if table in rules.whole:
        return False
    return row_key(table, row) not in {row_key(table, own) for own in rules.tables[table]}


def _read_about(reading: Reading) -> dict[str, Any]:
    """Who the rule pack is: ``pack.toml`` with its keys, each a text, and the list ``whole``."""
    try:
        values = tomllib.loads((reading.folder / PACK_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reading.add(PACK_FILE, 0, "", f"The file cannot be read: {error}.", 'Write key = "value".')
        return {}
    for key in sorted(values.keys() - {*KEYS_OF_PACK, "whole"}):
        reading.add(PACK_FILE, 0, key, "This key is unknown.", f"Use {', '.join(KEYS_OF_PACK)}, whole.")
    for key in KEYS_OF_PACK:
        if not isinstance(values.get(key), str) or not values[key].strip():
            reading.add(PACK_FILE, 0, key, "The key is missing or not a text.", f'Write {key} = "…".')
    whole = values.setdefault("whole", [])
    if not isinstance(whole, list) or not set(whole) <= set(TABLES_OF_RULES):
        reading.add(PACK_FILE, 0, "whole", "These are no tables of a rule pack.", "Name tables, or none.")
    return values
