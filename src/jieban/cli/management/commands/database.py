"""``jieban database``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jieban.foundation import database


class Command(BaseCommand):
    """Tell about, start or stop the database."""

    help = "Tell about the database in use; start or stop the embedded one; print its address."
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's own form)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("what", nargs="?", default="status", choices=("status", "start", "stop", "url"))
        parser.add_argument("--force", action="store_true", help="stop although others use it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        what = options["what"]
        if what == "url":
            self.stdout.write(database.database_url())
            return
        if what == "start":
            database.ensure_running()
        if what == "stop":
            stopped = database.stop(force=options["force"])
            self.stdout.write("Stopped." if stopped else "It was not running.")
            return
        state = database.status()
        kind = "embedded" if state.embedded else "your own server"
        self.stdout.write(f"{kind}, {'running' if state.running else 'not running'}: {state.place}")
        if state.process_id:
            self.stdout.write(f"process {state.process_id}, log {state.log}")
        if state.problem:
            self.stdout.write(state.problem)
