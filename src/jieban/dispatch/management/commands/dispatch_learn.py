"""``jieban dispatch-learn``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from jieban.city.pack import book_from_files
from jieban.dispatch.ranker.gathering import COLUMNS
from jieban.dispatch.ranker.learned import (
    FOLDER,
    BadDispatchModel,
    forget_learned,
    read_settled,
    settled_paths,
    write_settled,
)
from jieban.dispatch.ranker.learning import FOLDS, learn
from jieban.dispatch.rules import local_day
from jieban.foundation import env
from jieban.foundation.errors import OperatorError
from jieban.reading.matter.samples import load_samples, samples_folder

FEWEST_SAMPLES = 200
"""Fewer held-out samples say too little about when to send alone."""
WORSE = 0.02
"""A new model that is right so much less often than the present one is not put in its place."""


class Command(BaseCommand):
    """Learn to rank units from the samples of a pack, with whole styles of speaking held out."""

    help = (
        "Learn to rank the units of a proposal from the labelled requests of a city pack, and from which "
        "confidence a request may go out by itself. Each sample is read by a reader that has not seen its "
        "style: some minutes. Writes a small file in Jieban's home, or where --to says."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's own form)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--city", default=env.city(), help="city pack to learn from")
        parser.add_argument("--to", default="", help="file to write instead of the one in Jieban's home")
        parser.add_argument("--folds", type=int, default=FOLDS, help="parts into which the styles are put")
        parser.add_argument("--force", action="store_true", help="write it though it is worse than before")
        parser.add_argument("--json", action="store_true", help="print what was learned as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Learn, compare with what is there, and write."""
        book = book_from_files(options["city"])
        samples = load_samples(samples_folder(book))
        if len(samples) < FEWEST_SAMPLES:
            raise OperatorError(
                f"{options['city']} has {len(samples)} samples; {FEWEST_SAMPLES} are needed.",
                "Without them dispatch goes by the catalogue alone; nothing has to be done.",
            )
        say = (lambda line: None) if options["json"] else (lambda line: self.stdout.write(line))
        on = local_day(book, datetime.now(UTC))
        settled = learn(book, samples, on, folds=max(2, options["folds"]), say=say)
        folder = env.home() / FOLDER
        path = Path(options["to"]) if options["to"] else settled_paths(book, folder)[0]
        before = _top1(path)
        if before is not None and settled.notes["top1"] < before - WORSE and not options["force"]:
            raise OperatorError(
                f"What was learned is right in {settled.notes['top1']:.1%} of the samples held out; the "
                f"present one was in {before:.1%}. It was not written.",
                "Look what changed in samples and catalogue; --force writes it all the same.",
            )
        env.make_folder(path.parent)
        write_settled(path, settled)
        forget_learned()
        told = {
            "file": str(path),
            **settled.notes,
            "weights": dict(zip(COLUMNS, settled.weights.round(3).tolist(), strict=True)),
        }
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=None if options["json"] else 2))


def _top1(path: Path) -> float | None:
    """How often the present model was right on its own held-out samples; None where there is none."""
    try:
        return float(read_settled(path).notes.get("top1", 0.0))
    except (FileNotFoundError, BadDispatchModel):
        return None
