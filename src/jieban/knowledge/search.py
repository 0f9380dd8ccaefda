"""Searching the knowledge base: which articles answer a question. Two SQL statements a search.

Each process keeps an index of the newest versions and makes it anew when one has been written. Up to
``EXACT_UP_TO`` articles are ranked exactly in memory, more through tantivy (``large``).
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import batched
from pathlib import Path
from threading import Thread

from django.db import DatabaseError, connection
from django.db.models import Count, Max

from jieban.city.book import Book
from jieban.foundation import env
from jieban.foundation.text import clean
from jieban.knowledge.grams import counted
from jieban.knowledge.index import Index, Ranked, Statistics
from jieban.knowledge.kinds import FOR_EVERYBODY, KINDS
from jieban.knowledge.large import LargeIndex
from jieban.knowledge.models import Article
from jieban.knowledge.passages import Passage, passage
from jieban.knowledge.regions import Regions
from jieban.knowledge.script import plain

EXACT_UP_TO = 50_000
"""So many articles are held in memory: about 3 kB each."""
AT_ONCE = 5_000
"""Up to so many articles a change is found with the next question."""
MOST_ASKED = 4000
"""A question is read so far."""
_SPARE = 6
"""So many times what is wanted is ranked, because some are not in force or not for everybody."""


@dataclass(frozen=True, slots=True)
class Found:
    """An article that was found: how it ranks, how near it is to the question, its best passage.

    ``cover`` is the share (0-1) of what is rare in the question that the article holds; ``aim`` the share of
    what is rare in the article's own title or question that stands in what was asked.
    """

    article: Article
    score: float
    cover: float
    aim: float
    passage: Passage
    stale: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    mark: tuple[int, int, Regions]
    index: Index | LargeIndex
    ids: Sequence[int]


_log = logging.getLogger(__name__)
_lock = threading.Lock()
_kept: _Kept | None = None


def search(
    question: str,
    details: str = "",
    *,
    book: Book,
    on: date,
    most: int = 5,
    kinds: Collection[str] = KINDS,
) -> list[Found]:
    """The articles in force on a day (city date) that answer best, the best first.

    ``details`` are the words below a title, where ``question`` is one.
    """
    asked, more = clean(question)[:MOST_ASKED], clean(details)[:MOST_ASKED]
    if not (asked + more).strip():
        return []
    kept = _index(book)
    ranked = kept.index.rank(asked, more, most * _SPARE)
    articles = Article.objects.in_bulk([kept.ids[one.row] for one in ranked]) if ranked else {}
    found = ((one, articles.get(kept.ids[one.row])) for one in ranked)
    fit = [(one, its) for one, its in found if its and its.kind in kinds and _in_force(its, on)]
    stale = stale_before(book, on)
    return [_found(one, its, f"{asked} {more}", kept, stale) for one, its in fit[:most]]


def suggestions(text: str, *, book: Book, on: date, most: int = 3) -> list[Found]:
    """Articles for everybody that seem to answer what somebody writes; none when nothing comes near.

    A short question must be held by the article, or the article's own question by a longer text.
    """
    return near_ones(search(text, book=book, on=on, most=most * 2, kinds=FOR_EVERYBODY), book, on)[:most]


def near_ones(found: Iterable[Found], book: Book, on: date) -> list[Found]:
    """Those that come near enough to be offered unasked (rule ``knowledge.least_cover``)."""
    least = float(book.rule("knowledge.least_cover", on))
    return [one for one in found if max(one.cover, one.aim) >= least]


def stale_before(book: Book, on: date) -> date:
    """What was checked before this day is stale on the day ``on`` (rule ``knowledge.fresh_days``)."""
    return on - timedelta(days=int(book.rule("knowledge.fresh_days", on)))


def is_stale(article: Article, before: date) -> bool:
    """Whether an article was checked before a day, or never."""
    return article.checked_at is None or article.checked_at < before


def text_of(article: Article) -> str:
    """What an article is found by: its question and title count twice."""
    head = "\n".join(part for part in (article.title, article.question) if part)
    return f"{head}\n{head}\n{article.body}"


def _found(one: Ranked, article: Article, asked: str, kept: _Kept, stale: date) -> Found:
    best = passage(article.body, asked, kept.index.statistics)
    aim = _aim(article, asked, kept.index.statistics)
    return Found(
        article, round(one.score, 4), round(one.cover, 4), round(aim, 4), best, is_stale(article, stale)
    )


def _aim(article: Article, asked: str, statistics: Statistics) -> float:
    held, _ = counted(plain(asked))
    heads = [counted(plain(head))[0] for head in (article.title, article.question) if head]
    return max((statistics.share(head, held) for head in heads if len(head)), default=0.0)


def _in_force(article: Article, on: date) -> bool:
    if article.withdrawn or not article.current:
        return False  # the index may be a little older than the articles
    begun = article.valid_from is None or article.valid_from <= on
    return begun and (article.valid_to is None or on < article.valid_to)


def _regions(book: Book) -> Regions:
    kept = book.memo.get(("knowledge", "regions"))
    if kept is None:
        names = {plain(place.name) for place in book.tables["places"] if place.level == "district"}
        kept = book.memo["knowledge", "regions"] = Regions(names)
    assert isinstance(kept, Regions)
    return kept


def ready(book: Book) -> None:
    """Make the index of this process, so that the first question need not wait for it."""
    _index(book)


def _index(book: Book) -> _Kept:
    """The index of what is written now; one SQL statement, more and the time to build when it is old.

    Above ``AT_ONCE`` articles an old index serves on while the new one is made beside it.
    """
    regions = _regions(book)
    written = Article.objects.aggregate(last=Max("id"), count=Count("id"))
    mark = (written["last"] or 0, written["count"], regions)
    kept = _kept
    if kept and kept.mark == mark:
        return kept
    if kept and kept.mark[2] is regions and len(kept.ids) > AT_ONCE:
        if _lock.acquire(blocking=False):
            Thread(target=_renew, args=(mark,), daemon=True).start()
        return kept
    with _lock:
        return _made(mark)


def _made(mark: tuple[int, int, Regions]) -> _Kept:
    global _kept
    if _kept is None or _kept.mark != mark:
        _kept = _built(mark)
    return _kept


def _renew(mark: tuple[int, int, Regions]) -> None:
    """Make the index beside the one that serves; the lock was taken by whoever asked for it."""
    try:
        _made(mark)
    except (DatabaseError, OSError) as error:
        _log.warning("the index of the knowledge base was not renewed: %s", error)
    finally:
        _lock.release()
        connection.close()


def _built(mark: tuple[int, int, Regions]) -> _Kept:
    newest = Article.objects.filter(current=True, withdrawn=False).order_by("pk")
    ids = list(newest.values_list("pk", flat=True))
    if len(ids) <= EXACT_UP_TO:
        return _Kept(mark, Index.of(_texts(ids), mark[2]), ids)
    folder = _folder(mark)
    if not folder.exists():
        LargeIndex.build(folder, _texts(ids), mark[2])
        for old in folder.parent.glob("index-*"):
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
    return _Kept(mark, LargeIndex(folder, mark[2]), ids)


def _folder(mark: tuple[int, int, Regions]) -> Path:
    last, count, regions = mark
    names = sha256("\n".join(regions.names).encode()).hexdigest()[:12]
    return env.make_folder(env.home() / "knowledge") / f"index-{last}-{count}-{names}"


def _texts(ids: Sequence[int]) -> Iterator[str]:
    """The texts of articles in the order of their ids, a thousand an SQL statement."""
    for some in batched(ids, 1000):
        articles = Article.objects.in_bulk(some)
        yield from (text_of(articles[pk]) for pk in some)
