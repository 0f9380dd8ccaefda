"""Putting a pack into the database: the only writer of reference data besides the admin.

One transaction. Each table goes by COPY into a temporary table and from there into the real one, so
that a city the size of Beijing takes about a second. Nothing is ever deleted, since tickets may point
at it: a row that the new pack no longer has ends where the pack tells its period anew, else today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import Model
from psycopg import sql

from jieban.city.book import TABLES, Book
from jieban.city.check import check_pack, city_day
from jieban.city.findings import Finding, PackErrors, errors_of
from jieban.city.models import MODELS, LoadedPack
from jieban.city.overlay import find_rules, overlay
from jieban.city.pack import find_pack, read_pack
from jieban.city.queries import forget_book, read_book
from jieban.city.rows import community_unit
from jieban.city.schema import KEYS, LIFELONG, column_names
from jieban.foundation.errors import OperatorError


class OtherCityLoaded(OperatorError):
    """The database already serves another city."""


@dataclass(frozen=True, slots=True)
class TableReport:
    """What loading did to one table: rows added, changed, ended, and kept because changed by hand."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading did; ``unchanged`` means that the very same pack was there already."""

    code: str
    name: str
    version: str
    fingerprint: str
    unchanged: bool
    tables: dict[str, TableReport] = field(default_factory=dict)


def load_pack(path: str | Path, *, now: datetime, rules: str | Path = "") -> LoadReport:
    """Store the pack at ``path`` (a folder or the name of a pack); ``now`` is an aware time.

    ``rules`` (a folder or the name of a rule pack) is laid over it first.

    The pack must be free of errors (``check_pack``), and so must be the data after loading, together
    with rows changed by hand and rows that ended. Does nothing when a pack with the same fingerprint
    is loaded already.
    Raises ``PackNotFound``, ``PackErrors`` and ``OtherCityLoaded``; nothing is stored then.
    """
    book = _sound_book(find_pack(path), now, find_rules(rules) if rules else None)
    today = city_day(book, now)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE city_loadedpack IN EXCLUSIVE MODE")
        loaded = LoadedPack.objects.first()
        _refuse_other_city(loaded, book)
        if loaded and loaded.fingerprint == book.fingerprint:
            return _report(book, unchanged=True)
        tables = {table: _store(table, book, today) for table in TABLES}
        _sign(book, now)
        if any(counts.kept or counts.ended for counts in tables.values()):
            _refuse_unsound(book.identity.name, check_pack(read_book(), today))
    return _report(book, unchanged=False, tables=tables)


def touch() -> None:
    """Give the data of the city a new serial, so that every process reads its book again.

    For the admin, after each change. Two SQL statements at most.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE city_loadedpack SET serial ="
            " greatest(serial + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)"
        )
    forget_book()


def _sound_book(folder: Path, now: datetime, rules: Path | None) -> Book:
    """The book of the pack in ``folder`` under its rules; raises ``PackErrors`` when it could not work."""
    book = read_pack(folder)
    if isinstance(book, PackErrors):
        raise book
    if rules is not None:
        book = overlay(book, rules)
    book = replace(book, folder="")  # samples are not stored, so they need not be sound for this
    _refuse_unsound(folder.name, check_pack(book, city_day(book, now)))
    return book


def _refuse_unsound(name: str, findings: list[Finding]) -> None:
    if errors_of(findings):
        raise PackErrors(name, findings)


def _report(book: Book, *, unchanged: bool, tables: dict[str, TableReport] | None = None) -> LoadReport:
    who = book.identity
    return LoadReport(who.code, who.name, who.version, book.fingerprint, unchanged, tables or {})


def _refuse_other_city(loaded: LoadedPack | None, book: Book) -> None:
    if loaded and loaded.code != book.identity.code:
        raise OtherCityLoaded(
            f"This database serves {loaded.name} ({loaded.code}); "
            f"{book.identity.name} ({book.identity.code}) cannot be loaded beside it.",
            "Give the other city a database of its own: set DATABASE_URL or JIEBAN_HOME, then load it there.",
        )


def _sign(book: Book, now: datetime) -> None:
    who = book.identity
    LoadedPack.objects.update_or_create(
        code=who.code,
        defaults={
            "name": who.name,
            "version": who.version,
            "fingerprint": book.fingerprint,
            "identity": asdict(who),
            "loaded_at": now,
        },
        create_defaults={
            "name": who.name,
            "version": who.version,
            "fingerprint": book.fingerprint,
            "identity": asdict(who),
            "loaded_at": now,
            "serial": 0,
        },
    )
    touch()


def _incoming(table: str, book: Book) -> Iterator[Any]:
    """The rows of a table; among the units also the communities (they may assist, Ordinance Art. 17)."""
    yield from book.tables[table]
    if table == "units":
        own = {unit.code for unit in book.tables["units"]}
        for place in book.tables["places"]:
            if place.level == "community" and place.code not in own:
                yield community_unit(place)


def _store(table: str, book: Book, today: date) -> TableReport:
    """Bring one table to what the pack says."""
    names = (*column_names(table), "position")
    parts = _Parts(table, names)
    with connection.cursor() as cursor:
        cursor.execute(parts.make_room())
        with cursor.copy(parts.copy()) as copy:
            for position, row in enumerate(_incoming(table, book)):
                values = [getattr(row, name) for name in names[:-1]]
                copy.write_row(
                    [list(each) if isinstance(each, tuple) else each for each in values] + [position]
                )
        cursor.execute(parts.kept())
        kept = cursor.fetchone()[0]
        cursor.execute(parts.end_vanished(), {"today": today})
        ended = cursor.rowcount
        cursor.execute(parts.upsert())
        added, changed = cursor.fetchone()
        cursor.execute(parts.order())
        cursor.execute(parts.clear())
    return TableReport(added, changed, ended, kept)


class _Parts:
    """The SQL statements that load one table; names come from the schema, never from a pack."""

    def __init__(self, table: str, names: tuple[str, ...]) -> None:
        model = cast(type[Model], MODELS[table])
        self.table = sql.Identifier(model._meta.db_table)
        self.room = sql.Identifier(f"incoming_{table}")
        self.pk = sql.Identifier(model._meta.pk.name)
        self.names = names
        self.lifelong = table in LIFELONG
        self.key = KEYS[table]
        self.row_key = self.key if self.lifelong else (*self.key, "valid_from")

    def _list(self, names: tuple[str, ...], form: str = "{}") -> sql.Composed:
        return sql.SQL(", ").join(sql.SQL(form).format(sql.Identifier(name)) for name in names)

    def _same(self, names: tuple[str, ...]) -> sql.Composed:
        """The condition that stored row ``t`` and incoming row ``i`` agree in these columns."""
        return sql.SQL(" AND ").join(sql.SQL("t.{0} = i.{0}").format(sql.Identifier(name)) for name in names)

    def _fill(self, text: str, **more: sql.Composable) -> sql.Composed:
        return sql.SQL(text).format(table=self.table, room=self.room, **more)

    def make_room(self) -> sql.Composed:
        text = "CREATE TEMPORARY TABLE {room} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA"
        return self._fill(text, names=self._list(self.names))

    def copy(self) -> sql.Composed:
        return self._fill("COPY {room} ({names}) FROM STDIN", names=self._list(self.names))

    def kept(self) -> sql.Composed:
        """Count rows changed by hand that the pack would change or end."""
        text = (
            "SELECT count(*) FROM {table} t WHERE by_hand AND NOT EXISTS"
            " (SELECT 1 FROM {room} i WHERE {same} AND ({ours}) IS NOT DISTINCT FROM ({theirs}))"
        )
        names = self.names[:-1]
        ours, theirs = self._list(names, "t.{}"), self._list(names, "i.{}")
        return self._fill(text, same=self._same(self.row_key), ours=ours, theirs=theirs)

    def end_vanished(self) -> sql.Composed:
        """End rows that the pack no longer has: where it tells their period anew, else today."""
        text = (
            "UPDATE {table} s SET valid_to = n.ending FROM"
            " (SELECT t.{pk} AS pk, greatest(t.valid_from, coalesce("
            "(SELECT min(i.valid_from) FROM {room} i WHERE {same_key}"
            " AND (i.valid_to IS NULL OR i.valid_to > t.valid_from)), %(today)s::date)) AS ending"
            " FROM {table} t WHERE NOT t.by_hand AND NOT EXISTS (SELECT 1 FROM {room} i WHERE {same})) n"
            " WHERE s.{pk} = n.pk AND (s.valid_to IS NULL OR s.valid_to > n.ending)"
        )
        return self._fill(text, same=self._same(self.row_key), same_key=self._same(self.key), pk=self.pk)

    def upsert(self) -> sql.Composed:
        """Add and change rows; gives the numbers of both."""
        text = (
            "WITH stored AS (INSERT INTO {table} AS t ({names}, by_hand)"
            " SELECT {names}, false FROM {room}"
            " ON CONFLICT ({key}) DO UPDATE SET {changes}"
            " WHERE NOT t.by_hand AND ({ours}) IS DISTINCT FROM ({theirs})"
            " RETURNING xmax = 0 AS added)"
            " SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM stored"
        )
        other = tuple(name for name in self.names if name not in (*self.row_key, "position"))
        changes = sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in other
        )
        return self._fill(
            text,
            names=self._list(self.names),
            key=self._list(self.row_key),
            changes=changes,
            ours=self._list(other, "t.{}"),
            theirs=self._list(other, "excluded.{}"),
        )

    def order(self) -> sql.Composed:
        """Bring the stored rows into the order of the file."""
        text = (
            "UPDATE {table} t SET position = i.position FROM {room} i"
            " WHERE {same} AND t.position <> i.position"
        )
        return self._fill(text, same=self._same(self.row_key))

    def clear(self) -> sql.Composed:
        return self._fill("DROP TABLE {room}")
