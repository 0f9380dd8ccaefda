"""What is stored of handling besides the tickets themselves."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class LimitCheck(models.Model):
    """A walk over the open tickets after the rules of limits had changed, and what came of it.

    ``mark`` tells the rules; ``kept`` and ``stuck`` hold numbers of tickets (``recomputing.Walk``).
    """

    mark = models.CharField(max_length=64)
    at = models.DateTimeField(_("at"))
    tickets = models.PositiveIntegerField(_("tickets"))
    changed = models.PositiveIntegerField(_("limits moved"))
    kept = ArrayField(models.CharField(max_length=32), default=list)
    stuck = ArrayField(models.CharField(max_length=32), default=list)

    class Meta:
        verbose_name = _("check of limits")
        verbose_name_plural = _("checks of limits")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.changed}/{self.tickets}"
