"""What is stored of taking in: the receipt that makes every channel idempotent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Receipt(models.Model):
    """A request that a source sent under a key of its own; the same key again gives the same ticket."""

    source = models.CharField(_("source"), max_length=40)
    key = models.CharField(_("key"), max_length=100)
    body = models.CharField(max_length=64)
    ticket = models.BigIntegerField()
    number = models.CharField(_("number"), max_length=32)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="receipt_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"


class SurgeFeed(models.Model):
    """A feed of corrections of a topic (专题): what changed in a span of time, written once to a file.

    ``file`` is the name of both files in the folder of feeds, without its ending.
    """

    surge = models.CharField(_("topic"), max_length=40)
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    rows = models.PositiveIntegerField(_("rows"), default=0)
    file = models.CharField(_("file"), max_length=80)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("feed of a topic")
        verbose_name_plural = _("feeds of topics")
        constraints = [models.UniqueConstraint(fields=["surge", "begins_at"], name="surge_feed_once")]

    def __str__(self) -> str:
        return self.file
