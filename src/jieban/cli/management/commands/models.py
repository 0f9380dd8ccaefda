"""``jieban models [NAME] [card|activate|back|compare]``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jieban.cli.tables import columns_of, labelled
from jieban.foundation.errors import OperatorError
from jieban.reading.learning.files import models
from jieban.reading.learning.lessons import compare
from jieban.reading.learning.store import BadModel, Card, NoModel, Store


class Command(BaseCommand):
    """See, compare and change which learned models are in use."""

    help = "List learned models; show a card; put a version to use; go back; hold two against each other."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", nargs="?", default="", help="name of a model")
        parser.add_argument(
            "what", nargs="?", default="list", choices=("list", "card", "activate", "back", "compare")
        )
        parser.add_argument("version", nargs="?", default="", help="version, such as 0002")
        parser.add_argument(
            "--with", dest="other", default="", help="(compare) the other version; the active one"
        )
        parser.add_argument(
            "--from", dest="source", default="", metavar="FILE", help="(compare) labelled rows"
        )
        parser.add_argument("--text", nargs="+", default=[], metavar="COL", help="(compare) columns of text")
        parser.add_argument(
            "--label", nargs="+", default=[], metavar="COL", help="(compare) column of the label"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        store, name, version = models(), options["name"], options["version"]
        try:
            if not name or options["what"] == "list":
                self._list(store, name, options["json"])
            elif options["what"] == "card":
                self.stdout.write(json.dumps(store.card(name, version), ensure_ascii=False, indent=1))
            elif options["what"] == "activate":
                self._activate(store, name, version)
            elif options["what"] == "back":
                self.stdout.write(f"{name}:{store.roll_back(name)} is in use again.")
            else:
                self._compare(store, name, version, options)
        except NoModel as error:
            raise OperatorError(f"There is no model {error}.", "See jieban models.") from error
        except BadModel as error:
            raise OperatorError(
                f"The model is refused: {error}.", "Learn it again, or choose another version."
            ) from error

    def _list(self, store: Store, name: str, as_json: bool) -> None:
        rows = [
            _line(store, each, version)
            for each in store.names()
            if name in ("", each)
            for version in store.versions(each)
        ]
        if as_json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for row in rows:
            mark = "in use" if row["active"] else ""
            self.stdout.write(
                f"{row['model']:<28}{row['made_at']:<27}{row['rows']:>9,} rows  "
                f"accuracy {row['accuracy']:.1%}  {mark}"
            )
        if not rows:
            self.stdout.write(
                "No model has been learned yet: jieban learn --from FILE --text COLUMN --label COLUMN"
            )

    def _activate(self, store: Store, name: str, version: str) -> None:
        card = store.card(name, version)
        active = store.active(name)
        if active and active != version and not _better(card, active) and not _older(store, name, version):
            raise OperatorError(
                f"{name}:{version} is not known to be as good as {active}, which is in use.",
                f"Hold them against each other: jieban models {name} compare {version} --from FILE "
                "--text COLUMN --label COLUMN",
            )
        store.activate(name, version)
        self.stdout.write(f"{name}:{version} is in use.")

    def _compare(self, store: Store, name: str, version: str, options: dict[str, Any]) -> None:
        text, label = columns_of(options["text"]), columns_of(options["label"])
        other = options["other"] or store.active(name)
        if not options["source"] or not text or not label or not other:
            raise OperatorError(
                "It is not said on which rows to compare.",
                f"Write: jieban models {name} compare VERSION --from FILE --text COLUMN --label COLUMN",
            )
        found = compare(store, name, version, other, labelled(options["source"], text, label))
        store.note(name, version, "compared", found)
        self.stdout.write(json.dumps(found, ensure_ascii=False))


def _better(card: Card, active: str) -> bool:
    compared = card.get("compared") or {}
    return compared.get("with") == active and bool(compared.get("better"))


def _older(store: Store, name: str, version: str) -> bool:
    """Whether the version has been in use before: going back is always allowed."""
    return version in store.history(name)


def _line(store: Store, name: str, version: str) -> dict[str, Any]:
    card = store.card(name, version)
    return {
        "model": f"{name}:{version}",
        "active": store.active(name) == version,
        "made_at": card["made_at"],
        "rows": card["data"]["rows"],
        "accuracy": card["held_out"]["accuracy"],
        "macro_f1": card["held_out"]["macro_f1"],
    }
