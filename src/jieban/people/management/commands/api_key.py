"""``jieban api-key``."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from jieban.foundation.errors import OperatorError
from jieban.people.actions import do_make_api_key, do_revoke_api_key
from jieban.people.models import ApiKey


class Command(BaseCommand):
    """Make, list or revoke keys of connected systems."""

    help = "Make a key for a connected system; it is shown once. --list shows names, --revoke ends one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", nargs="?", help="name of the connected system")
        parser.add_argument("--channel", default="api", help="channel that its requests are marked with")
        parser.add_argument("--unit", default="", metavar="CODE", help="the system reads as this unit")
        parser.add_argument("--list", action="store_true")
        parser.add_argument("--revoke", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        if options["list"]:
            for one in ApiKey.objects.order_by("name"):
                state = "active" if one.active else "revoked"
                self.stdout.write(f"{one.name:<30} {one.channel:<12} {state:<8} {one.unit_id or ''}".rstrip())
            return
        if not options["name"]:
            raise OperatorError("No name is given.", "Write: jieban api-key NAME")
        if options["revoke"]:
            if not do_revoke_api_key(options["name"]):
                raise OperatorError(
                    f"There is no active key named {options['name']}.", "See jieban api-key --list"
                )
            self.stdout.write("Revoked.")
            return
        now, channel, unit = datetime.now(UTC), options["channel"], options["unit"]
        if unit and not apps.get_model("city", "Unit").objects.filter(pk=unit).exists():
            raise OperatorError(f"The city has no unit with the code {unit}.", "See the table of units.")
        key = do_make_api_key(options["name"], now=now, channel=channel, unit=unit)
        self.stdout.write(f"X-API-Key: {key}")
        self.stdout.write("Keep it now: only its hash is stored.")
