"""``jieban knowledge load|search|stale``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from jieban.city.clock import local_day
from jieban.city.queries import book
from jieban.foundation.errors import OperatorError
from jieban.intake.files import BadRow, CannotRead, Row, Table, open_table
from jieban.intake.mapping import Refusal
from jieban.intake.rejects import CannotWrite, RejectFile, mark_of, reject_path, set_aside
from jieban.knowledge import queries
from jieban.knowledge.guides import load_guides
from jieban.knowledge.kinds import FAQ, KINDS
from jieban.knowledge.loading import COLUMNS, Refused, Report, load_rows, load_statute
from jieban.knowledge.search import Found, search, stale_before
from jieban.knowledge.statutes import NoStatute, read_statute
from jieban.matters.actors import PLATFORM

GUIDES = "guides"
_BAD_ROW = "Correct the row and load the file again."


class Command(BaseCommand):
    """Fill the knowledge base, ask it, and see what is stale."""

    help = "Load articles into the knowledge base, search it, or list what has not been checked for long."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("what", choices=("load", "search", "stale"))
        parser.add_argument("given", nargs="?", default="", help="a file, 'guides', or the question")
        parser.add_argument("--kind", default=FAQ, choices=KINDS, help="what the rows are")
        for name, meaning in COLUMNS:
            parser.add_argument(f"--{name.replace('_', '-')}", metavar="COLUMN", help=f"column: {meaning}")
        parser.add_argument("--origin", default="", help="where the articles come from, for all rows")
        parser.add_argument("--sheet", help="sheet of a workbook; the first when not given")
        parser.add_argument("--rejects", type=Path, help="file for rows that cannot be taken")
        parser.add_argument("--most", type=int, default=5, help="how many articles are told")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        verbs = {"load": self._load, "search": self._search, "stale": self._stale}
        verbs[options["what"]](options)

    def _load(self, options: dict[str, Any]) -> None:
        path = Path(options["given"])
        if options["given"] == GUIDES:
            report = load_guides(book(), PLATFORM, now=datetime.now(UTC))
        elif not path.is_file():
            raise OperatorError(
                f"There is no file {options['given'] or '(none given)'}.",
                "Write: jieban knowledge load FILE --answer COLUMN, or: jieban knowledge load guides",
            )
        elif path.suffix.lower() in (".md", ".markdown"):
            report = self._statute(path, options)
        else:
            report = self._table(path, options)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json()))
            return
        for name, count in report.as_json().items():
            self.stdout.write(f"{count:>9,}  {name}")
        for one in report.refused[:5]:
            self.stdout.write(f"  row {one.number}: {one.reason} {one.remedy}")

    def _statute(self, path: Path, options: dict[str, Any]) -> Report:
        try:
            statute = read_statute(path.read_text(encoding="utf-8-sig"), path.stem)
        except (NoStatute, UnicodeDecodeError) as error:
            raise OperatorError(
                f"{path.name} is no statute that can be split: {error}",
                "Give Markdown in UTF-8 whose articles begin with 第…条, each on a line of its own.",
            ) from error
        return load_statute(statute, source=options["origin"], actor=PLATFORM, now=datetime.now(UTC))

    def _table(self, path: Path, options: dict[str, Any]) -> Report:
        rejects_at = options["rejects"] or reject_path(path)
        try:
            table = open_table(path, options["sheet"])
            columns = _columns(table, options)
            mark = mark_of(path, table.sheet)
            set_aside(rejects_at, table.columns, mark)
            with RejectFile(rejects_at, table.columns, mark=mark, resume=rejects_at.exists()) as rejects:
                return self._rows(table, columns, rejects, options)
        except (CannotRead, CannotWrite) as error:
            raise OperatorError(error.reason, error.remedy) from error

    def _rows(
        self, table: Table, columns: Mapping[str, str], rejects: RejectFile, options: dict[str, Any]
    ) -> Report:
        broken: list[Refused] = []

        def whole() -> Iterator[tuple[int, Mapping[str, str]]]:
            for row in table:
                if isinstance(row, BadRow):
                    broken.append(Refused(row.number, "", row.reason, _BAD_ROW))
                    rejects.add(row)
                else:
                    yield row.number, row.values

        fixed = {"source": options["origin"]} if options["origin"] else {}
        report = load_rows(
            whole(), columns, kind=options["kind"], actor=PLATFORM, now=datetime.now(UTC), fixed=fixed
        )
        refused = {one.number: one for one in report.refused}
        for row in table if refused else ():
            if isinstance(row, Row) and (one := refused.get(row.number)):
                rejects.add(row, Refusal(one.number, one.field, one.reason, one.remedy))
        report.read += len(broken)
        report.refused += broken
        return report

    def _search(self, options: dict[str, Any]) -> None:
        if not options["given"].strip():
            raise OperatorError("No question is given.", 'Write: jieban knowledge search "…"')
        city = book()
        on = local_day(city, datetime.now(UTC))
        found = search(options["given"], book=city, on=on, most=max(1, options["most"]))
        if options["json"]:
            self.stdout.write(json.dumps({"found": [as_json(one) for one in found]}, ensure_ascii=False))
            return
        for one in found:
            its = one.article
            self.stdout.write(
                f"{one.score:>7.3f}  {its.name}  [{its.cited}] checked {its.checked_at or 'never'}"
            )
            self.stdout.write(f"         {one.passage.text}")
        if not found:
            self.stdout.write("Nothing comes near. Load articles: jieban knowledge load FILE")

    def _stale(self, options: dict[str, Any]) -> None:
        city = book()
        before = stale_before(city, local_day(city, datetime.now(UTC)))
        articles, stale = queries.counts(before)
        units = queries.stale_by_unit(before)
        if options["json"]:
            told = {"articles": articles, "stale": stale, "before": before.isoformat(), "units": units}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        self.stdout.write(f"{stale:,} of {articles:,} articles were not checked since {before}")
        for unit, count in sorted(units.items(), key=lambda pair: -pair[1]):
            self.stdout.write(f"{count:>9,}  {unit or 'no unit'}")


def as_json(one: Found) -> dict[str, Any]:
    """An article that was found, as it is printed."""
    article = one.article
    return {
        "code": article.code,
        "version": article.version,
        "kind": article.kind,
        "title": article.name,
        "passage": one.passage.text,
        "score": one.score,
        "cover": one.cover,
        "aim": one.aim,
        "source": article.source,
        "url": article.url,
        "unit": article.unit,
        "checked_at": article.checked_at.isoformat() if article.checked_at else None,
        "stale": one.stale,
        "demonstration": article.demonstration,
    }


def _columns(table: Table, options: dict[str, Any]) -> dict[str, str]:
    """Which column holds which field: as told, else a column that is called like the field."""
    columns = {}
    for name, _ in COLUMNS:
        column = options[name]
        if column and column not in table.columns:
            raise OperatorError(
                f"{table.path.name} has no column '{column}'.", f"It has: {', '.join(table.columns)}."
            )
        if column or name in table.columns:
            columns[name] = column or name
    if "answer" not in columns:
        raise OperatorError(
            "It is not told which column holds the answers.",
            f"Name it with --answer COLUMN. {table.path.name} has: {', '.join(table.columns)}.",
        )
    return columns
