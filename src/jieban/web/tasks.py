"""Housekeeping of the site: what has run out is removed every hour."""

from __future__ import annotations

from datetime import UTC, datetime

from django.core.management import call_command
from procrastinate.contrib.django import app

from jieban.intake import draft as drafts
from jieban.web import throttle


@app.periodic(cron="17 * * * *")
@app.task(name="web.tidy", queueing_lock="tidy")
def tidy(timestamp: int) -> None:
    """Remove sessions, photos of drafts and counts of failures that have run out."""
    call_command("clearsessions")
    drafts.sweep()
    throttle.forget_ended(datetime.now(UTC))
