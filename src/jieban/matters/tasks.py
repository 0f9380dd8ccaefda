"""Housekeeping of background jobs."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

STALLED_SECONDS = 60
"""A job whose worker has not been heard of for so long is given to another."""


@app.periodic(cron="* * * * *")
@app.task(name="matters.retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give jobs of workers that were killed to the living; every job may be done twice without harm."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)
