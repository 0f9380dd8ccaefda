"""What is stored of an article. A change is a new row: no version is ever written over."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jieban.knowledge.kinds import KIND_NAMES


class Article(models.Model):
    """One version of an article of the knowledge base (知识条目); ``current`` marks the newest of its code.

    ``checked_at`` is the day on which somebody last saw that it is still right; ``valid_to`` is the first
    day on which it no longer holds. A withdrawn article keeps its rows and is not found.
    """

    code = models.CharField(_("code"), max_length=80)
    version = models.PositiveIntegerField(_("version"), default=1)
    current = models.BooleanField(_("newest version"), default=True)
    withdrawn = models.BooleanField(_("withdrawn"), default=False)
    kind = models.CharField(_("kind"), max_length=10, choices=tuple(KIND_NAMES.items()))
    title = models.CharField(_("title"), max_length=300, blank=True, default="")
    question = models.TextField(_("question"), blank=True, default="")
    body = models.TextField(_("answer"))
    source = models.CharField(_("source"), max_length=300, blank=True, default="")
    url = models.CharField(_("address on the web"), max_length=500, blank=True, default="")
    unit = models.CharField(_("unit responsible"), max_length=60, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    valid_to = models.DateField(_("in force until"), null=True, blank=True)
    checked_at = models.DateField(_("checked on"), null=True, blank=True)
    demonstration = models.BooleanField(_("demonstration"), default=False)
    written_at = models.DateTimeField(_("written at"))
    written_by = models.CharField(_("written by"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="article_version"),
            models.UniqueConstraint(fields=["code"], condition=Q(current=True), name="article_one_current"),
        ]
        indexes = [
            models.Index(
                fields=["checked_at", "code"],
                name="article_stale",
                condition=Q(current=True, withdrawn=False),
            )
        ]

    def __str__(self) -> str:
        return self.title or self.question[:60] or self.code

    @property
    def name(self) -> str:
        """What it is called: its title, else its question, else how it begins."""
        return self.title or self.question or self.body[:60]

    @property
    def cited(self) -> str:
        """How an answer names it: code and version."""
        return f"{self.code}@{self.version}"

    @property
    def paragraphs(self) -> list[str]:
        """The answer, paragraph by paragraph."""
        return [part.strip() for part in self.body.splitlines() if part.strip()]


class Check(models.Model):
    """Somebody saw that a version is still right; tells of every ``checked_at`` who set it."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="checks")
    on = models.DateField(_("checked on"))
    by = models.CharField(_("checked by"), max_length=60)

    class Meta:
        verbose_name = _("check of an article")
        verbose_name_plural = _("checks of articles")

    def __str__(self) -> str:
        return f"{self.article_id} {self.on}"
