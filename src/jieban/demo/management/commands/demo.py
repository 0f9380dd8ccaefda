"""``jieban demo``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from jieban.city.queries import book
from jieban.cli.serving import serve
from jieban.demo.simulation import summary
from jieban.demo.staff import Login, make_staff
from jieban.foundation import env
from jieban.knowledge.guides import load_guides
from jieban.matters.actors import PLATFORM
from jieban.tickets.queries import simulated_count


class Command(BaseCommand):
    """A living city in one command."""

    help = "Set up a living city — pack, staff, samples, sixty simulated days — and serve it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--port", type=int, default=env.port())
        parser.add_argument("--no-serve", action="store_true", help="set up, then end")
        parser.add_argument("--json", action="store_true", help="print the summary as one JSON object")
        parser.add_argument("--days", type=int, default=60)
        parser.add_argument("--per-day", type=int, default=60, help="requests a day, about")
        parser.add_argument("--seed", type=int, default=2026)

    def handle(self, *args: Any, **options: Any) -> None:
        """Set the city up, play it once, print how to sign in, serve."""
        self._quiet = options["json"]
        self._say("1/4  database …")
        call_command("migrate", verbosity=0)
        self._say(f"2/4  city pack {env.city()} …")
        call_command("city", "load", env.city(), stdout=self.stderr)
        load_guides(book(), PLATFORM, now=datetime.now(UTC))
        if simulated_count():
            self._say("3/4  the city has been played before; it is left as it is")
        else:
            self._say(f"3/4  {options['days']} days of a city …")
            call_command(
                "simulate",
                days=options["days"],
                per_day=options["per_day"],
                seed=options["seed"],
                stdout=self.stderr,
            )
        logins = make_staff(book())
        told = summary(book())
        self._say("4/4  ready")
        if options["json"]:
            self.stdout.write(json.dumps(told | {"accounts": len(logins)}, ensure_ascii=False, default=str))
        else:
            self._tell(told, logins, options["port"])
        if not options["no_serve"]:
            self.stdout.write(f"\nServing on http://127.0.0.1:{options['port']}/   (Ctrl-C ends it)")
            serve(env.bind(), options["port"], 1, worker=True)

    def _say(self, text: str) -> None:
        (self.stderr if self._quiet else self.stdout).write(text)

    def _tell(self, told: dict[str, Any], logins: list[Login], port: int) -> None:
        rate = told["three_rates"]
        self.stdout.write(f"\n{told['city']}: {told['tickets']:,} tickets (simulated)")
        for state, count in sorted(told["by_state"].items(), key=lambda pair: -pair[1]):
            self.stdout.write(f"  {count:>7,}  {state}")
        self.stdout.write(
            f"  response {rate['response']} %, resolution {rate['resolution']} %, "
            f"satisfaction {rate['satisfaction']} % of {rate['answered']:,} answers"
        )
        self.stdout.write(f"\nSign in at http://127.0.0.1:{port}/sign-in/ as one of:")
        for login in logins:
            self.stdout.write(f"  {login.username:<11} {login.password:<14} {login.name} {login.unit}")
