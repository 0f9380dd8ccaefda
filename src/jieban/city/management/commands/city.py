"""``jieban city``: check a city pack, load it, show what is loaded."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from jieban.city.book import TABLES
from jieban.city.check import check_pack
from jieban.city.findings import Finding, errors_of
from jieban.city.loading import LoadReport, load_pack
from jieban.city.overlay import find_rules
from jieban.city.pack import find_pack
from jieban.city.queries import book
from jieban.foundation.errors import OperatorError


class Command(BaseCommand):
    """The three verbs of a city pack; ``check`` needs no database."""

    help = "Check a city pack, load it into the database, or show the city that is loaded."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the three verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        pack_help = "the name of a pack, such as beijing, or its folder"
        check = verbs.add_parser("check", help="name every mistake in a pack; needs no database")
        check.add_argument("pack", help=pack_help)
        check.add_argument("--json", action="store_true", help="print the findings as JSON")
        rules_help = "a rule pack to lay over the city, by its name or its folder"
        check.add_argument("--rules", default="", help=rules_help)
        load = verbs.add_parser("load", help="put a pack into the database")
        load.add_argument("pack", help=pack_help)
        load.add_argument("--rules", default="", help=rules_help)
        show = verbs.add_parser("show", help="count what is loaded")
        show.add_argument("--on", type=_day, help="the day to look at, as 2026-01-31; today when not given")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one verb; errors for the operator are told without a traceback."""
        try:
            if options["verb"] == "check":
                self._check(options["pack"], options["rules"], options["json"])
            elif options["verb"] == "load":
                self._load(options["pack"], options["rules"])
            else:
                self._show(options["on"])
        except OperatorError as error:
            raise CommandError(str(error)) from error

    def _check(self, pack: str, rules: str, as_json: bool) -> None:
        folder = find_pack(pack)
        findings = check_pack(folder, rules=find_rules(rules) if rules else None)
        errors = errors_of(findings)
        if as_json:
            values = [finding.as_dict() for finding in findings]
            self.stdout.write(json.dumps(values, ensure_ascii=False, indent=2))
        else:
            self._print_findings(folder.name, findings, errors)
        if errors:
            raise SystemExit(1)

    def _print_findings(self, name: str, findings: list[Finding], errors: list[Finding]) -> None:
        for finding in findings:
            self.stdout.write(str(finding))
        warnings = len(findings) - len(errors)
        verdict = "cannot be loaded" if errors else "can be loaded"
        self.stdout.write(
            f"{name}: {_count(len(errors), 'error')}, {_count(warnings, 'warning')}; it {verdict}."
        )

    def _load(self, pack: str, rules: str) -> None:
        report = load_pack(pack, now=timezone.now(), rules=rules)
        if report.unchanged:
            self.stdout.write(f"{report.name} {report.version} is loaded already; nothing was changed.")
            return
        self.stdout.write(f"{report.name} {report.version} is loaded.")
        self._print_tables(report)

    def _print_tables(self, report: LoadReport) -> None:
        for table, counts in report.tables.items():
            words = [
                f"{number} {verb}"
                for number, verb in (
                    (counts.added, "added"),
                    (counts.changed, "changed"),
                    (counts.ended, "ended"),
                    (counts.kept, "kept as changed by hand"),
                )
                if number
            ]
            if words:
                self.stdout.write(f"  {table}: {', '.join(words)}")

    def _show(self, on: date | None) -> None:
        city = book()
        who = city.identity
        day = on or timezone.now().astimezone(ZoneInfo(who.timezone)).date()
        self.stdout.write(f"{who.name} ({who.name_en}), pack {who.code} {who.version}, on {day.isoformat()}")
        self.stdout.write(f"Data version {city.fingerprint[:12]}")
        for table in TABLES:
            rows = city.tables[table]
            holding = sum(row.in_force(day) for row in rows)
            rest = f" (and {len(rows) - holding} of other days)" if holding < len(rows) else ""
            self.stdout.write(f"  {table:<20}{holding:>7}{rest}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a day such as 2026-01-31.") from None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
