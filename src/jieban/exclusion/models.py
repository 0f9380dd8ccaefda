"""What is stored of an exclusion. It holds no personal data: the words are masked as in the ticket."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jieban.exclusion import workflow
from jieban.matters.models import Matter


class Exclusion(Matter):
    """A unit's (``lead``) application to leave a ticket out of the rates (剔除).

    ``code``: row of ``exclusions.csv``. ``decided_level``: how high the unit stands that decided first
    (``rules.LEVELS``). ``contacts``: refusals of the requester on record. ``photos``: files of evidence.
    ``recused`` is the ticket's own list.
    """

    ticket = models.BigIntegerField()
    ticket_number = models.CharField(_("ticket"), max_length=32)
    code = models.CharField(_("reason"), max_length=10)
    words = models.TextField(_("grounds"))
    platform = models.CharField(_("platform"), max_length=80, blank=True, default="")
    contacts = models.PositiveSmallIntegerField(_("refusals on record"), default=0)
    shelf_until = models.DateTimeField(_("date of the ledger"), null=True)
    photos = models.PositiveSmallIntegerField(default=0)
    endorsed_by = models.CharField(max_length=40, blank=True, default="")
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_level = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    ruling = models.TextField(_("ruling"), blank=True, default="")
    appeal = models.TextField(_("appeal"), blank=True, default="")
    appeal_ruling = models.TextField(_("ruling on the appeal"), blank=True, default="")
    until = models.DateTimeField(_("left out until"), null=True)
    overdue = models.BooleanField(_("overdue"), default=False)
    recused = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        indexes = [
            models.Index(fields=["ticket"], name="exclusion_ticket"),
            models.Index(fields=["clock_at"], name="exclusion_clock", condition=Q(clock_at__isnull=False)),
            models.Index(fields=["lead", "-id"], name="exclusion_lead"),
            models.Index(
                fields=["id"], name="exclusion_undecided", condition=Q(state__in=workflow.UNDECIDED)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                name="one_open_exclusion_per_ticket",
                condition=Q(state__in=(*workflow.UNDECIDED, *workflow.IN_FORCE)),
            ),
            models.CheckConstraint(name="exclusion_has_an_applicant", condition=Q(lead__isnull=False)),
            models.CheckConstraint(
                name="open_exclusion_has_an_end",
                condition=Q(state__in=workflow.CLOSED_STATES) | Q(due_at__isnull=False),
            ),
        ]
