"""What is stored of notices: each message to somebody outside, and what units read at their desk."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

NEW, SENT, MERGED, UNSET, DEAD = "new", "sent", "merged", "unset", "dead"

STATE_NAMES = {
    NEW: _("waiting"),
    SENT: _("sent"),
    MERGED: _("gathered into a later one"),
    UNSET: _("no gateway is set up"),
    DEAD: _("given up"),
}


class Delivery(models.Model):
    """One message by one way to one recipient. It is the record that a requester's address was used.

    ``cause`` names what it is for (an outbox row, or the digest of a day): with recipient and medium it
    is unique, so that nothing is told twice. The text is sealed, and erased once sent; the address stays
    with ``people`` and is looked up when the message goes out.
    ``next_at`` is the next try while it waits, and the end of the sender's lease while it is being sent.
    """

    cause = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, blank=True, default="")
    matter = models.BigIntegerField(null=True)
    number = models.CharField(_("number"), max_length=32, blank=True, default="")
    verb = models.CharField(_("verb"), max_length=30, blank=True, default="")
    audience = models.CharField(_("audience"), max_length=12)
    medium = models.CharField(_("medium"), max_length=8)
    recipient = models.CharField(_("recipient"), max_length=40)
    subject = models.CharField(max_length=200, blank=True, default="")
    text = models.BinaryField(default=b"")
    urgent = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=8, default=NEW)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try"))
    at = models.DateTimeField(_("at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    receipt = models.CharField(max_length=200, blank=True, default="")
    problem = models.CharField(_("problem"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["cause", "recipient", "medium"], name="one_delivery_each")
        ]
        indexes = [
            models.Index(fields=["medium", "next_at", "id"], name="delivery_due", condition=Q(state=NEW)),
            models.Index(fields=["-id"], name="delivery_undone", condition=Q(state__in=(UNSET, DEAD))),
            models.Index(fields=["matter"], name="delivery_waiting", condition=Q(state=NEW)),
            models.Index(fields=["at"], name="delivery_at"),
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.audience} {self.medium} ({self.state})"


class Inbox(models.Model):
    """A message that a unit reads at its desk. It holds no personal data: the words are masked already.

    ``page``: what ``number`` is the number of (``ticket``, ``whistle``, …).
    """

    unit = models.CharField(_("unit"), max_length=40)
    notice = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    matter = models.BigIntegerField()
    number = models.CharField(_("number"), max_length=32)
    page = models.CharField(max_length=20)
    verb = models.CharField(_("verb"), max_length=30)
    audience = models.CharField(max_length=12)
    text = models.TextField()
    text_en = models.TextField(blank=True, default="")
    urgent = models.BooleanField(default=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [models.UniqueConstraint(fields=["notice", "unit"], name="one_message_per_unit")]
        indexes = [
            models.Index(fields=["unit", "-id"], name="inbox_unit"),
            models.Index(fields=["at"], name="inbox_at"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.number} {self.verb}"


class ReadMark(models.Model):
    """How far an account has read the messages of its unit: all up to ``upto``."""

    account = models.OneToOneField("people.Account", on_delete=models.CASCADE, primary_key=True)
    upto = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("read mark")
        verbose_name_plural = _("read marks")

    def __str__(self) -> str:
        return f"{self.account_id} ≤ {self.upto}"
