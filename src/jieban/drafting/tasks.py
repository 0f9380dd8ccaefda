"""The job that fetches a draft; in a queue of its own, so that a slow model keeps nothing else waiting."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jieban.city.queries import NoCity, book
from jieban.drafting.actions import do_write


@app.task(name="drafting.write", queue="drafts")
def write(draft: int) -> None:
    """Ask the model for a draft and keep what it proposes. A failure is told there, not tried again."""
    try:
        do_write(draft, book())
    except NoCity:
        return
