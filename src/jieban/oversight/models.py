"""What is stored of a case of oversight. It holds no personal data: words are masked."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jieban.matters.models import Matter
from jieban.oversight import workflow


class Case(Matter):
    """A ticket, or a unit without one, under supervision (督办). ``lead``: the unit that must answer.

    ``trigger``: row of ``oversight_triggers.csv``; ``measured``: what its measure told at the opening.
    ``step`` and ``rung``: where on the ladder it stands (``oversight_steps.csv``). ``problem``: a
    problem ticket (问题工单), raised to the government of the territory. ``wrongs``: wrongful acts of
    Art. 35 that somebody has marked. ``recused`` is the ticket's own list.
    """

    ticket = models.BigIntegerField(null=True)
    ticket_number = models.CharField(_("ticket"), max_length=32, blank=True, default="")
    trigger = models.CharField(_("trigger"), max_length=20)
    measured = models.PositiveIntegerField(_("measured"), default=0)
    step = models.CharField(_("rung"), max_length=20)
    rung = models.PositiveSmallIntegerField(default=0)
    problem = models.BooleanField(_("problem ticket"), default=False)
    words = models.TextField(_("why"), blank=True, default="")
    answer = models.TextField(_("measures taken"), blank=True, default="")
    answered_at = models.DateTimeField(_("answered at"), null=True)
    overdue = models.BooleanField(_("overdue"), default=False)
    talked_at = models.DateTimeField(_("talk-down held"), null=True)
    talked_with = models.CharField(_("talked with"), max_length=120, blank=True, default="")
    talk_result = models.TextField(_("result of the talk"), blank=True, default="")
    wrongs = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    recused = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        verbose_name = _("case of oversight")
        verbose_name_plural = _("cases of oversight")
        indexes = [
            models.Index(fields=["ticket", "trigger"], name="oversight_ticket"),
            models.Index(fields=["clock_at"], name="oversight_clock", condition=Q(clock_at__isnull=False)),
            models.Index(
                fields=["step", "due_at", "id"],
                name="oversight_ladder",
                condition=Q(state__in=workflow.OPEN),
            ),
            models.Index(fields=["lead", "-id"], name="oversight_lead"),
            models.Index(fields=["-id"], name="oversight_wrongs", condition=~Q(wrongs=[])),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "trigger"],
                name="one_open_case_per_trigger",
                condition=Q(state__in=workflow.OPEN, ticket__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["lead", "trigger"],
                name="one_open_case_per_unit",
                condition=Q(state__in=workflow.OPEN, ticket__isnull=True),
            ),
            models.CheckConstraint(name="case_has_a_unit", condition=Q(lead__isnull=False)),
            models.CheckConstraint(
                name="open_case_has_deadline",
                condition=Q(state__in=workflow.CLOSED_STATES) | Q(due_at__isnull=False),
            ),
        ]
