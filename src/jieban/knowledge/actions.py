"""The only writers of the knowledge base. A change adds a version; nothing is written over or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import transaction

from jieban.foundation.text import clean
from jieban.knowledge.kinds import KINDS
from jieban.knowledge.models import Article, Check
from jieban.matters.rules import Actor

MOST_SIGNS = 200_000
"""An article longer than this is a book; it is to be split."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an article is to say; the field names are those of ``Article``."""

    code: str
    kind: str
    body: str
    title: str = ""
    question: str = ""
    source: str = ""
    url: str = ""
    unit: str = ""
    language: str = "zh-hans"
    valid_from: date | None = None
    valid_to: date | None = None
    checked_at: date | None = None
    demonstration: bool = False


class Unfit(ValueError):
    """A draft that cannot be an article: ``field``, what was wrong, and what to do."""

    def __init__(self, field: str, reason: str, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.field, self.reason, self.remedy = field, reason, remedy


class Overtaken(RuntimeError):
    """Somebody else has written a version since this one was opened."""


def checked(draft: Draft) -> Draft:
    """The draft without signs that nobody wrote. Raises ``Unfit`` with words for the person who wrote it."""
    fit = replace(
        draft,
        code=clean(draft.code).strip(),
        title=" ".join(clean(draft.title).split()),
        question=clean(draft.question).strip(),
        body=clean(draft.body).strip(),
        source=" ".join(clean(draft.source).split()),
    )
    if fit.kind not in KINDS:
        raise Unfit("kind", f'"{fit.kind}" is no kind of article.', f"Write one of: {', '.join(KINDS)}.")
    if not fit.body:
        raise Unfit("body", "The answer is empty.", "Write what is answered, or leave the row out.")
    if len(fit.body) > MOST_SIGNS:
        raise Unfit(
            "body", f"The answer has {len(fit.body):,} characters.", "Split it into several articles."
        )
    if not fit.code or len(fit.code) > 80:
        raise Unfit(
            "code", "An article needs a code of 1 to 80 characters.", "Give it a short name of its own."
        )
    if len(fit.title) > 300:
        raise Unfit("title", "The title has more than 300 characters.", "Say it in one line.")
    if fit.valid_from and fit.valid_to and fit.valid_to <= fit.valid_from:
        raise Unfit("valid_to", "It ends before it begins.", "Give a later day, or none.")
    if fit.url and not fit.url.startswith(("https://", "http://")):
        raise Unfit("url", "The address does not begin with https:// or http://.", "Copy it once more.")
    return fit


def do_write(draft: Draft, actor: Actor, *, now: datetime, seen: int | None = None) -> Article | None:
    """Write an article, or its next version when the code is there; None where nothing changed.

    ``seen`` is the version that the writer had before him. Raises ``Unfit``; raises ``Overtaken`` when a
    newer one has come since.
    """
    (written,) = do_write_all([checked(draft)], actor, now=now, seen=seen)
    return written


def do_write_all(
    drafts: Sequence[Draft], actor: Actor, *, now: datetime, seen: int | None = None
) -> list[Article | None]:
    """Write many checked drafts with distinct codes at once. Four SQL statements."""
    with transaction.atomic():
        codes = sorted(draft.code for draft in drafts)
        newest = {
            one.code: one
            for one in Article.objects.select_for_update()
            .filter(code__in=codes, current=True)
            .order_by("code")
        }
        written: list[Article | None] = []
        for draft in drafts:
            before = newest.get(draft.code)
            if seen is not None and (before.version if before else 0) != seen:
                raise Overtaken(draft.code)
            written.append(None if before and _same(before, draft) else _next(draft, before, actor, now))
        fresh = [one for one in written if one is not None]
        replaced = [newest[one.code].pk for one in fresh if one.code in newest]
        if replaced:
            Article.objects.filter(pk__in=replaced).update(current=False)
        Article.objects.bulk_create(fresh, batch_size=500)
    return written


def do_withdraw(article: Article, actor: Actor, *, now: datetime) -> Article:
    """Take an article out of what is found: a last version says so. Raises ``Overtaken``."""
    with transaction.atomic():
        last = Article.objects.select_for_update().get(code=article.code, current=True)
        if last.version != article.version:
            raise Overtaken(article.code)
        Article.objects.filter(pk=last.pk).update(current=False)
        last.pk, last.version, last.withdrawn = None, last.version + 1, True
        last.written_at, last.written_by, last.current = now, actor.id, True
        Article.objects.bulk_create([last])
    return last


def do_check(article: Article, actor: Actor, *, on: date) -> None:
    """Note that the newest version was looked at and is right. Raises ``Overtaken``."""
    with transaction.atomic():
        if not Article.objects.filter(pk=article.pk, current=True).update(checked_at=on):
            raise Overtaken(article.code)
        Check.objects.create(article_id=article.pk, on=on, by=actor.id)


def _same(article: Article, draft: Draft) -> bool:
    return not article.withdrawn and all(
        getattr(article, name) == value for name, value in asdict(draft).items() if name != "checked_at"
    )


def _next(draft: Draft, before: Article | None, actor: Actor, now: datetime) -> Article:
    version = before.version + 1 if before else 1
    return Article(**asdict(draft), version=version, written_at=now, written_by=actor.id)
