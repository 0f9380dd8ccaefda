"""What is stored of a ticket. Its personal data lie sealed in ``people``; here the words are masked."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jieban.matters.models import Matter
from jieban.tickets import workflow


def _codes(size: int = 20) -> ArrayField:  # type: ignore[type-arg]
    return ArrayField(models.CharField(max_length=size), default=list, blank=True)


class Cluster(models.Model):
    """One matter that several requesters tell of: each keeps his ticket and his call-back, one unit leads.

    ``id`` comes from the series of the matters; ``title`` is masked; ``lead`` is the unit that led when
    the cluster was made, and is only proposed to members that have none yet.
    """

    id = models.BigIntegerField(primary_key=True)
    title = models.CharField(_("title"), max_length=300, blank=True, default="")
    category = models.ForeignKey(
        "city.Category",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("category"),
        db_index=False,
    )
    district = models.CharField(_("district"), max_length=12, blank=True, default="")
    street = models.CharField(_("street"), max_length=12, blank=True, default="")
    lead = models.ForeignKey(
        "city.Unit",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("lead unit"),
        db_index=False,
    )
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.CharField(max_length=40, blank=True, default="")
    simulated = models.BooleanField(_("simulated"), default=False)

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        indexes = [models.Index(fields=["district", "-id"], name="cluster_district")]

    def __str__(self) -> str:
        return self.title or str(self.pk)


class Ticket(Matter):
    """A demand (诉求工单). Column groups: what came, what was understood, who handles, what he said of it.

    ``secrecy``: empty, ``confidential`` or ``anonymous``; ``recused``: units and actors that must keep
    out. ``speaks_for``: empty (himself), ``family``, ``lawyer``, ``organisation``, ``other``.
    ``answers``: field of ``form_fields`` -> text. ``nth_month``, ``nth_year``: which request of this
    requester it is (月次、年次). ``reminded``: which reminders of this round were given. ``outcome`` of a
    reply: ``solved``, ``partly``, ``explained`` (cannot be solved now). ``marks``: ``problem``,
    ``supervised``, ``instructed``, ``escalated``, ``repeated``. ``visit_result``: ``reached``,
    ``unreachable``, ``refused``, ``anonymous``; while he is asked ``call_later``: not before
    ``visited_at``. ``checked``: empty, ``due``, ``agreed``, ``differs``, ``unreached``.
    """

    number = models.CharField(_("number"), max_length=32)  # unique below: one index instead of two

    # what came
    channel = models.CharField(_("channel"), max_length=30)
    external_id = models.CharField(_("external number"), max_length=100, blank=True, default="")
    requester = models.BigIntegerField(null=True)
    title = models.CharField(_("title"), max_length=300, blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")
    address = models.CharField(_("address"), max_length=500, blank=True, default="")
    occurred_at = models.DateTimeField(_("occurred at"), null=True)
    photos = models.PositiveSmallIntegerField(default=0)
    requester_kind = models.CharField(_("kind of requester"), max_length=12, blank=True, default="")
    speaks_for = models.CharField(_("speaks for"), max_length=12, blank=True, default="")
    minor = models.BooleanField(_("minor"), default=False)
    secrecy = models.CharField(_("secrecy"), max_length=12, blank=True, default="")
    recused = _codes(40)
    form = models.CharField(_("form"), max_length=30, blank=True, default="")
    answers = models.JSONField(_("answers to the form"), default=dict)
    missing = _codes(60)
    nth_month = models.PositiveSmallIntegerField(_("requests of this month"), default=0)
    nth_year = models.PositiveSmallIntegerField(_("requests of this year"), default=0)
    same_as = models.BigIntegerField(null=True)
    cluster = models.BigIntegerField(null=True)
    ledgers = _codes(40)
    surge = models.CharField(_("surge"), max_length=40, blank=True, default="")

    # what was understood
    demand_type = models.CharField(_("demand type"), max_length=20, blank=True, default="")
    category = models.ForeignKey(
        "city.Category",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("category"),
        db_index=False,
    )
    place = models.ForeignKey(
        "city.Place",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("place"),
        db_index=False,
    )
    district = models.CharField(_("district"), max_length=12, blank=True, default="")
    street = models.CharField(_("street"), max_length=12, blank=True, default="")
    danger = models.BooleanField(_("danger"), default=False)
    confidence = models.FloatField(_("confidence"), null=True)
    proposal = models.JSONField(_("proposal"), default=dict)
    alarm_tier = models.CharField(max_length=10, blank=True, default="")

    # who handles, and until when
    tier = models.CharField(_("time limit"), max_length=10, blank=True, default="")
    catalogue_row = models.CharField(_("catalogue row"), max_length=30, blank=True, default="")
    assist = _codes(40)
    copied_to = _codes(40)
    industry = models.CharField(_("industry unit"), max_length=40, blank=True, default="")
    dispatched_by = models.CharField(max_length=40, blank=True, default="")
    dispatched_at = models.DateTimeField(_("dispatched at"), null=True)
    signed_at = models.DateTimeField(_("signed at"), null=True)
    contacted_at = models.DateTimeField(_("contacted at"), null=True)
    replied_at = models.DateTimeField(_("replied at"), null=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    reply = models.TextField(_("reply"), blank=True, default="")
    objection = models.TextField(_("objection"), blank=True, default="")
    objected_by = _codes(40)
    heard = _codes(40)
    passed = models.PositiveSmallIntegerField(_("passed on"), default=0)
    reminded = _codes(10)
    overdue = models.BooleanField(_("overdue"), default=False)
    outcome = models.CharField(_("outcome"), max_length=12, blank=True, default="")
    extended = models.PositiveSmallIntegerField(_("extended"), default=0)
    extension = models.JSONField(_("extension asked for"), default=dict)
    extension_days = models.PositiveSmallIntegerField(_("days of extension"), default=0)
    shelf_code = models.CharField(_("ledger"), max_length=10, blank=True, default="")
    shelf_plan = models.TextField(_("plan"), blank=True, default="")
    shelved_until = models.DateTimeField(_("planned date"), null=True)
    asked = models.PositiveSmallIntegerField(_("units asked"), default=0)
    whistled = models.PositiveSmallIntegerField(_("whistles"), default=0)
    marks = _codes(20)
    urged = models.PositiveSmallIntegerField(_("urged"), default=0)
    redone = models.PositiveSmallIntegerField(_("redone"), default=0)
    handed_to = models.CharField(_("emergency line"), max_length=10, blank=True, default="")
    handover_receipt = models.CharField(_("receipt of the line"), max_length=100, blank=True, default="")
    branch = models.CharField(_("branch"), max_length=20, blank=True, default="")
    explanation = models.TextField(_("explanation"), blank=True, default="")

    # what the requester said of it
    visits = models.PositiveSmallIntegerField(default=0)
    visited_at = models.DateTimeField(null=True)
    visit_result = models.CharField(_("call-back"), max_length=12, blank=True, default="")
    contacted = models.BooleanField(_("contacted"), null=True)
    solved = models.CharField(_("solved"), max_length=8, blank=True, default="")
    satisfied = models.CharField(_("satisfied"), max_length=12, blank=True, default="")
    comment = models.TextField(_("comment"), blank=True, default="")
    reasons = _codes(20)
    asked_by = models.CharField(max_length=40, blank=True, default="")
    self_rated = models.BooleanField(_("rated by the requester"), default=False)
    revised = models.PositiveSmallIntegerField(_("answers changed"), default=0)
    checked = models.CharField(_("second check"), max_length=10, blank=True, default="")
    exclusion = models.CharField(_("exclusion"), max_length=10, blank=True, default="")
    exclusion_until = models.DateTimeField(_("excluded until"), null=True)

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        indexes = [
            models.Index(fields=["clock_at"], name="ticket_clock", condition=Q(clock_at__isnull=False)),
            models.Index(
                fields=["lead", "due_at", "id"],
                name="ticket_unit_queue",
                condition=~Q(state__in=workflow.CLOSED_STATES),
            ),
            models.Index(
                fields=["queue", "due_at", "id"],
                name="ticket_queue",
                condition=Q(state__in=workflow.AT_THE_HOTLINE),
            ),
            models.Index(fields=["state", "due_at", "id"], name="ticket_state_due"),
            models.Index(
                fields=["due_at", "id"],
                name="ticket_open_due",
                condition=~Q(state__in=workflow.CLOSED_STATES),
            ),
            models.Index(fields=["district", "due_at", "id"], name="ticket_district"),
            models.Index(
                fields=["requester", "-id"], name="ticket_requester", condition=Q(requester__isnull=False)
            ),
            models.Index(fields=["lead", "due_at"], name="ticket_closed", condition=Q(state=workflow.CLOSED)),
            models.Index(
                fields=["street", "category", "-id"],
                name="ticket_nearby",
                condition=~Q(street="") & ~Q(state__in=workflow.CLOSED_STATES),
            ),
            models.Index(fields=["cluster"], name="ticket_cluster", condition=Q(cluster__isnull=False)),
            models.Index(
                fields=["visited_at"],
                name="ticket_call_agreed",
                condition=Q(state=workflow.CALLBACK, visit_result="call_later"),
            ),
            models.Index(fields=["checked", "-closed_at"], name="ticket_check", condition=~Q(checked="")),
            models.Index(fields=["surge", "-id"], name="ticket_surge", condition=~Q(surge="")),
            models.Index(fields=["-id"], name="ticket_in_ledgers", condition=~Q(ledgers=[])),
            GinIndex(fields=["ledgers"], name="ticket_ledgers", condition=~Q(ledgers=[])),
            GinIndex(
                fields=["assist"],
                name="ticket_assist",
                condition=~Q(state__in=workflow.CLOSED_STATES) & ~Q(assist=[]),
            ),
            GinIndex(
                fields=["copied_to"], name="ticket_copied_to", condition=~Q(state__in=workflow.CLOSED_STATES)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="ticket_number_once"),
            models.CheckConstraint(
                name="ticket_has_one_holder",
                condition=(
                    Q(state__in=(workflow.RECEIVED, *workflow.CLOSED_STATES))
                    | Q(state__in=workflow.AT_THE_HOTLINE, lead__isnull=True) & ~Q(queue="")
                    | Q(state__in=(*workflow.AT_THE_UNIT, workflow.CALLBACK), lead__isnull=False, queue="")
                ),
            ),
            models.CheckConstraint(
                name="open_ticket_has_deadline",
                condition=Q(state__in=(workflow.RECEIVED, *workflow.CLOSED_STATES)) | Q(due_at__isnull=False),
            ),
        ]
