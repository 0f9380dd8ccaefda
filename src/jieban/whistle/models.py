"""What is stored of a whistle and its report-ins. No personal data: the words are masked as in the ticket."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jieban.matters.models import Matter
from jieban.whistle import workflow as w


def _codes(size: int = 40) -> ArrayField:  # type: ignore[type-arg]
    return ArrayField(models.CharField(max_length=size), default=list, blank=True)


class Whistle(Matter):
    """One blow by a street (``lead``), for tickets or for key work without a ticket.

    ``whistle_kind`` is a code of ``whistle_kinds``; ``tried`` what the street did before it blew;
    ``called`` the units called; ``copied_to`` whoever may see it besides: the districts concerned.
    ``solved``: ``yes``, ``partly``, ``no`` over all units, once all results are in.
    """

    whistle_kind = models.CharField(_("kind of whistle"), max_length=20)
    tickets = ArrayField(models.BigIntegerField(), default=list, blank=True)
    ticket_numbers = _codes(32)
    subject = models.CharField(_("subject"), max_length=300)
    words = models.TextField(_("what is needed"))
    tried = models.TextField(_("what the street has tried"))
    place = models.CharField(_("place"), max_length=500, blank=True, default="")
    gather_place = models.CharField(_("gathering point"), max_length=300, blank=True, default="")
    gather_at = models.DateTimeField(_("gathering time"), null=True)
    district = models.CharField(_("district"), max_length=12, blank=True, default="")
    called = _codes()
    copied_to = _codes()
    recused = _codes()
    solved = models.CharField(_("solved"), max_length=8, blank=True, default="")
    done_at = models.DateTimeField(_("done at"), null=True)

    class Meta:
        verbose_name = _("whistle")
        verbose_name_plural = _("whistles")
        indexes = [
            models.Index(fields=["clock_at"], name="whistle_clock", condition=Q(clock_at__isnull=False)),
            models.Index(
                fields=["lead", "due_at", "id"],
                name="whistle_of_street",
                condition=~Q(state__in=w.CLOSED_STATES),
            ),
            GinIndex(fields=["tickets"], name="whistle_ticket"),
        ]
        constraints = [
            models.CheckConstraint(name="whistle_has_a_street", condition=Q(lead__isnull=False)),
            models.CheckConstraint(
                name="open_whistle_has_deadline",
                condition=Q(state__in=w.CLOSED_STATES) | Q(due_at__isnull=False),
            ),
        ]


class ReportIn(Matter):
    """What one unit (``lead``) owes a whistle: to report in, act, and give a result (报到).

    ``copied_to``: who rules when it refuses, or whether it joins from another district. ``attended_as``:
    the level of who came (``ATTENDANCE`` in ``rules``). ``late``: it came after its limit, or not at all
    so far. ``refusals`` counts. The marks are 0 to 100; each side sees the other's only when ``reveal``
    has been said.
    """

    whistle = models.BigIntegerField()
    whistle_number = models.CharField(_("whistle"), max_length=32)
    whistle_kind = models.CharField(_("kind of whistle"), max_length=20)
    subject = models.CharField(_("subject"), max_length=300)
    sender = models.ForeignKey(
        "city.Unit",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("street"),
        db_index=False,
    )
    district = models.CharField(_("district"), max_length=12, blank=True, default="")
    copied_to = _codes()
    recused = _codes()
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True)
    arrived_at = models.DateTimeField(_("reported in at"), null=True)
    attended_by = models.CharField(_("who came"), max_length=80, blank=True, default="")
    attended_as = models.CharField(_("level"), max_length=20, blank=True, default="")
    late = models.BooleanField(_("late"), default=False)
    overdue = models.BooleanField(_("overdue"), default=False)
    refusals = models.PositiveSmallIntegerField(_("refusals"), default=0)
    refusal = models.TextField(_("why it does not come"), blank=True, default="")
    ruling = models.TextField(_("ruling"), blank=True, default="")
    result = models.TextField(_("result"), blank=True, default="")
    solved = models.CharField(_("solved"), max_length=8, blank=True, default="")
    timeliness = models.PositiveSmallIntegerField(_("timeliness"), null=True)
    attendance = models.PositiveSmallIntegerField(_("attendance"), null=True)
    effect = models.PositiveSmallIntegerField(_("effect"), null=True)
    unit_comment = models.TextField(_("the street's words"), blank=True, default="")
    unit_rated_at = models.DateTimeField(null=True)
    necessity = models.PositiveSmallIntegerField(_("necessity"), null=True)
    preparation = models.PositiveSmallIntegerField(_("preparation"), null=True)
    unnecessary = models.BooleanField(_("unnecessary"), null=True)
    street_comment = models.TextField(_("the unit's words"), blank=True, default="")
    street_rated_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("report-in")
        verbose_name_plural = _("report-ins")
        indexes = [
            models.Index(fields=["whistle"], name="report_whistle"),
            models.Index(fields=["clock_at"], name="report_clock", condition=Q(clock_at__isnull=False)),
            models.Index(
                fields=["lead", "due_at", "id"], name="report_inbox", condition=~Q(state__in=w.REPORT_CLOSED)
            ),
            models.Index(
                fields=["district", "due_at", "id"],
                name="report_district",
                condition=~Q(state__in=w.REPORT_CLOSED),
            ),
            models.Index(fields=["opened_at", "id"], name="report_month"),
        ]
        constraints = [
            models.CheckConstraint(name="report_has_a_holder", condition=Q(lead__isnull=False)),
            models.CheckConstraint(
                name="open_report_has_deadline",
                condition=Q(state__in=w.REPORT_CLOSED) | Q(due_at__isnull=False),
            ),
        ]
