"""``jieban score --model M --from FILE --text COL… --label COL``."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jieban.cli.tables import columns_of, labelled
from jieban.foundation.errors import OperatorError
from jieban.reading.learning.files import named
from jieban.reading.learning.lessons import scored
from jieban.reading.learning.store import BadModel, NoModel


class Command(BaseCommand):
    """Measure a model on any labelled file."""

    help = "Measure a learned model on a file of labelled rows that it need not have seen. Changes nothing."
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's own form)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--model", required=True, help="name, name:version, or the folder of a version")
        parser.add_argument(
            "--from", dest="source", required=True, metavar="FILE", help="CSV, XLSX, Parquet or JSONL file"
        )
        parser.add_argument(
            "--text", nargs="+", required=True, metavar="COL", help="columns of text, title first"
        )
        parser.add_argument(
            "--label",
            nargs="+",
            required=True,
            metavar="COL",
            help="column of the label; of a tree its levels",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Label every row and compare."""
        rows = labelled(options["source"], columns_of(options["text"]), columns_of(options["label"]))
        store, name, version = named(options["model"])
        try:
            model = store.model(name, version)
        except NoModel as error:
            raise OperatorError(
                f"There is no model {error}.", "See jieban models; learn one with jieban learn."
            ) from error
        except BadModel as error:
            raise OperatorError(
                f"The model {name}:{version} is refused: {error}.", "Learn it again, or roll back."
            ) from error
        if not rows.texts:
            raise OperatorError(
                "No row has both text and label.", "Look at the file and the columns that were named."
            )
        if len(rows.texts[0]) != model.fields:
            raise OperatorError(
                f"The model reads {model.fields} columns of text; {len(rows.texts[0])} were named.",
                "Name as many columns after --text as it was taught with, in the same order.",
            )
        begin = time.process_time()
        found = scored(model, rows)
        seconds = max(time.process_time() - begin, 1e-9)
        told = {"set": rows.source, **found, "texts_per_s": round(len(rows.texts) / seconds, 1)}
        if options["json"]:
            self.stdout.write(
                json.dumps({"model": f"{name}:{version}", "metrics": {"sets": [told]}}, ensure_ascii=False)
            )
            return
        self.stdout.write(f"{name}:{version} on {rows.source}: {len(rows.texts):,} rows")
        for key in ("accuracy", "macro_f1", "top3", "accuracy_top80", "known", "accuracy_known", "ece"):
            self.stdout.write(f"  {key:<16}{told[key]:.4f}")
        self.stdout.write(f"  {'texts/s':<16}{told['texts_per_s']:,.0f}")
        for one in found["confusion"][:5]:
            self.stdout.write(f"  {one['count']:>5} × {one['right']} taken for {one['said']}")
