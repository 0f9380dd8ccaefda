"""``jieban rebuild``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from jieban.foundation.errors import OperatorError
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences


class Command(BaseCommand):
    """Build every ticket again from its events and compare; nothing is written."""

    help = "Build every ticket again from its events and compare with the rows. Exit 1 when any differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and tell."""
        alone = not connection.in_atomic_block
        with transaction.atomic():
            if alone:  # both streams must tell of the same moment
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            found = list(differences())
            total = Ticket.objects.count()
        if options["json"]:
            self.stdout.write(json.dumps({"tickets": total, "differences": len(found)}))
        else:
            self.stdout.write(f"{total:,} tickets, {len(found):,} differences from their events")
            for number, column, row, told in found[:20]:
                self.stdout.write(f"  {number} {column}: row {row!r}, events {told!r}")
        if found:
            raise OperatorError(
                f"{len(found)} columns are not what the events say.",
                "Somebody wrote to the table past the actions; the events are the truth.",
            )
