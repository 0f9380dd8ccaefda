"""What is stored of a sub-ticket. It holds no personal data: the words are masked as in the ticket."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jieban.matters.models import Matter
from jieban.subtickets import workflow


class SubTicket(Matter):
    """What one unit (``sender``) asks of another (``lead``) for a ticket. ``lead`` may be a community.

    ``recused`` is the ticket's own list. ``party``: the external body meant, where there is one.
    ``stance`` and ``points_to`` belong to an opinion: ``ours``, ``not_ours`` or ``theirs``, and whose.
    """

    ticket = models.BigIntegerField()
    ticket_number = models.CharField(_("ticket"), max_length=32)
    purpose = models.CharField(_("purpose"), max_length=12)
    sender = models.ForeignKey(
        "city.Unit",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("asked by"),
        db_index=False,
    )
    party = models.CharField(_("external body"), max_length=40, blank=True, default="")
    words = models.TextField(_("what is asked"))
    interim = models.TextField(_("interim report"), blank=True, default="")
    result = models.TextField(_("result"), blank=True, default="")
    stance = models.CharField(_("opinion"), max_length=10, blank=True, default="")
    points_to = models.CharField(_("unit named"), max_length=40, blank=True, default="")
    signed_at = models.DateTimeField(_("signed at"), null=True)
    returned_at = models.DateTimeField(_("returned at"), null=True)
    overdue = models.BooleanField(_("overdue"), default=False)
    recused = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        verbose_name = _("sub-ticket")
        verbose_name_plural = _("sub-tickets")
        indexes = [
            models.Index(fields=["ticket"], name="subticket_ticket"),
            models.Index(fields=["clock_at"], name="subticket_clock", condition=Q(clock_at__isnull=False)),
            models.Index(
                fields=["lead", "due_at", "id"],
                name="subticket_inbox",
                condition=Q(state__in=(workflow.SENT, workflow.SIGNED)),
            ),
            models.Index(
                fields=["sender", "due_at", "id"],
                name="subticket_outbox",
                condition=~Q(state__in=workflow.CLOSED_STATES),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="subticket_has_a_holder", condition=Q(lead__isnull=False)),
            models.CheckConstraint(
                name="open_subticket_has_deadline",
                condition=Q(state__in=workflow.CLOSED_STATES) | Q(due_at__isnull=False),
            ),
        ]
