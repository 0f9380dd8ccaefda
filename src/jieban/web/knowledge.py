"""The knowledge base for everybody (Ordinance Art. 31): ask it, and read an answer. Nobody signs in."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jieban.city.clock import local_day
from jieban.city.queries import book
from jieban.knowledge.kinds import FOR_EVERYBODY
from jieban.knowledge.models import Article
from jieban.knowledge.search import is_stale, search, stale_before
from jieban.people.access import public

MOST = 10
MOST_SIGNS = 300
NEAR = 0.4
"""What ranks below this share of the best answer is none that a resident should have to read."""


@public
@require_GET
def ask(request: HttpRequest) -> HttpResponse:
    """The answers that come nearest to a question. Two SQL statements; none without a question."""
    city = book()
    q = request.GET.get("q", "").strip()[:MOST_SIGNS]
    on = local_day(city, datetime.now(UTC))
    found = search(q, book=city, on=on, most=MOST, kinds=FOR_EVERYBODY) if q else []
    near = [one for one in found if one.score >= NEAR * found[0].score]
    return render(request, "web/knowledge.html", {"q": q, "found": near})


@public
@require_GET
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer in full; an older version leads to the newest. Two SQL statements at most."""
    city = book()
    article = Article.objects.filter(pk=pk, kind__in=FOR_EVERYBODY).first()
    if article is not None and not article.current:
        article = Article.objects.filter(code=article.code, current=True).first()
    if article is None or article.withdrawn or article.kind not in FOR_EVERYBODY:
        raise Http404
    on = local_day(city, datetime.now(UTC))
    over = article.valid_to is not None and article.valid_to <= on
    stale = is_stale(article, stale_before(city, on))
    return render(request, "web/knowledge_article.html", {"article": article, "stale": stale, "over": over})
