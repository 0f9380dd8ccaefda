"""``jieban learn --from FILE --text COL… --label COL`` and ``jieban learn --from-tickets``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from jieban.cli.steps import steps
from jieban.cli.tables import columns_of, labelled
from jieban.foundation.errors import OperatorError
from jieban.reading.learning.files import models
from jieban.reading.learning.learner import CannotLearn
from jieban.reading.learning.lessons import Lesson, learn_and_keep
from jieban.reading.learning.store import NoModel, Store


class Command(BaseCommand):
    """Learn a model of labels from a file, or the city's own reading from its tickets."""

    help = (
        "Learn to label texts from a file of labelled rows, or from what people confirmed on tickets. The "
        "model is measured on rows held out, kept as a new version with its card, and put to use unless "
        "it is worse than the one in use."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's own form)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--from", dest="source", metavar="FILE", help="CSV, XLSX, Parquet or JSONL file")
        source.add_argument("--from-tickets", action="store_true", help="learn from confirmed tickets")
        parser.add_argument(
            "--text", nargs="+", default=[], metavar="COL", help="columns of text, title first"
        )
        parser.add_argument(
            "--label", nargs="+", default=[], metavar="COL", help="column of the label; of a tree its levels"
        )
        parser.add_argument(
            "--also",
            nargs="+",
            default=[],
            metavar="COL",
            help="columns that only labelled rows have, such as the answer",
        )
        parser.add_argument(
            "--name", default="", help="name of the model; made of the file's name if not given"
        )
        parser.add_argument("--no-activate", action="store_true", help="keep the version without using it")
        parser.add_argument("--json", action="store_true", help="print the card as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Learn, keep, compare and activate."""
        now = datetime.now(UTC)
        with steps(quiet=options["json"]) as progress:
            if options["from_tickets"]:
                from jieban.dispatch.confirmed import learn_from_tickets

                store, name, lesson = models(), *learn_from_tickets(models(), now, progress)
            else:
                store, name = models(), options["name"] or _name_of(options["source"])
                lesson = self._from_file(store, name, options, now, progress)
        active = not options["no_activate"] and lesson.better
        if active:
            store.activate(name, lesson.version)
        self._tell(store, name, lesson, active, options)

    def _from_file(
        self, store: Store, name: str, options: dict[str, Any], now: datetime, progress: Any
    ) -> Lesson:
        text, label = columns_of(options["text"]), columns_of(options["label"])
        if not text or not label:
            raise OperatorError(
                "It is not said which columns hold text and label.",
                "Write: jieban learn --from FILE --text COLUMN [COLUMN …] --label COLUMN",
            )
        rows = labelled(options["source"], text, label, columns_of(options["also"]))
        try:
            return learn_and_keep(store, name, rows, now.isoformat(timespec="seconds"), progress)
        except CannotLearn as error:
            raise OperatorError(str(error), "Give more labelled rows, or another column.") from error
        except NoModel as error:
            raise OperatorError(str(error), "Choose another --name.") from error

    def _tell(self, store: Store, name: str, lesson: Lesson, active: bool, options: dict[str, Any]) -> None:
        card = lesson.card
        if options["json"]:
            told = {"model": f"{name}:{lesson.version}", "active": active, "card": card}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        held = card["held_out"]
        self.stdout.write(
            f"{name}:{lesson.version}  {card['data']['rows']:,} rows, {len(card['labels'])} labels"
        )
        self.stdout.write(
            f"  held out: accuracy {held['accuracy']:.1%}, macro-F1 {held['macro_f1']:.3f}, "
            f"first three {held['top3']:.1%}, calibration error {held['ece']:.3f}"
        )
        compared = card.get("compared") or {}
        if "new_old" in compared:
            new, old = compared["new_old"]["accuracy"]
            self.stdout.write(
                f"  against {compared['with']} on {compared['rows']:,} {compared['on']}: "
                f"{new:.1%} ({old:.1%})"
            )
        if active:
            self.stdout.write("  in use")
        elif not lesson.better:
            self.stdout.write(
                f"  not put to use: it is worse than {compared.get('with')}. It is kept; "
                f"see jieban models {name}"
            )


def _name_of(source: str) -> str:
    """A name for the model out of the name of a file."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in Path(source).stem.lower())
    return plain.strip("-")[:40] or "labels"
