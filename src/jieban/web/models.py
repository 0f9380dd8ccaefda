"""What the pages themselves keep: how often somebody has failed to get in."""

from __future__ import annotations

from django.db import models


class Attempts(models.Model):
    """Failed attempts under one key, until ``ends``. The key is a fingerprint: no name, no address."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.IntegerField()
    ends = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.ends}"
