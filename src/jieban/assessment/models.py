"""What is stored of assessment: counts of answers by month and unit, made again from the tickets at will."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jieban.assessment.rules import Counts


class MonthCount(models.Model):
    """The answers of one unit's requesters in one month (city time; ``month`` is its first day)."""

    month = models.DateField(_("month"))
    unit = models.ForeignKey("city.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    due = models.PositiveIntegerField()
    excluded = models.PositiveIntegerField()
    unreached = models.PositiveIntegerField()
    contacted = models.PositiveIntegerField()
    solved = models.PositiveIntegerField()
    partly = models.PositiveIntegerField()
    satisfied = models.PositiveIntegerField()
    basic = models.PositiveIntegerField()
    overdue = models.PositiveIntegerField()
    simulated = models.PositiveIntegerField()
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("month count")
        verbose_name_plural = _("month counts")
        constraints = [models.UniqueConstraint(fields=["month", "unit"], name="one_count_per_month_and_unit")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.unit_id}"

    @property
    def counts(self) -> Counts:
        """The counts as the rules take them."""
        return Counts(
            due=self.due,
            excluded=self.excluded,
            unreached=self.unreached,
            contacted=self.contacted,
            solved=self.solved,
            partly=self.partly,
            satisfied=self.satisfied,
            basic=self.basic,
            overdue=self.overdue,
        )
