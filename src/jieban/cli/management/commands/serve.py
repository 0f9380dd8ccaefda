"""``jieban serve``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from jieban.cli.serving import serve
from jieban.foundation import env


class Command(BaseCommand):
    """Serve the pages and the API."""

    help = "Serve the pages and the API, with a worker beside them. Ctrl-C ends both."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--port", type=int, default=env.port())
        parser.add_argument("--bind", default=env.bind(), help="address to listen on; 0.0.0.0 for all")
        parser.add_argument("--workers", type=int, default=1, help="web processes")
        parser.add_argument(
            "--no-worker", action="store_true", help="leave clocks and jobs to 'jieban worker'"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the database up to date, then serve."""
        call_command("migrate", verbosity=0)
        self.stdout.write(f"Serving on http://{options['bind']}:{options['port']}/   (Ctrl-C ends it)")
        serve(options["bind"], options["port"], options["workers"], worker=not options["no_worker"])
