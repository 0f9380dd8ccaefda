"""The knowledge base at the desk: its articles with their versions, and what answers a ticket."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jieban.knowledge import queries
from jieban.knowledge.actions import Draft, Overtaken, Unfit, do_check, do_withdraw, do_write
from jieban.knowledge.kinds import GUIDE, KIND_NAMES, KINDS
from jieban.knowledge.models import Article
from jieban.knowledge.search import is_stale, search, stale_before
from jieban.people.access import page
from jieban.people.roles import Role
from jieban.web.desk.forms_knowledge import ArticleForm
from jieban.web.desk.sitting import Sitting, sitting
from jieban.web.words import unit_words

WRITERS = frozenset({Role.RULE_OWNER, Role.SUPERVISOR})
"""Who may write any article; a unit writes those it answers for (Ordinance Art. 31 ¶2)."""
UNIT_WRITERS = frozenset({Role.REVIEWER, Role.LEADER})
ASKED_SIGNS = 300
MOST_FOUND = 20


@page("knowledge.view")
@never_cache
@require_GET
def articles(request: HttpRequest) -> HttpResponse:
    """The articles by code, or those that answer a question. Three SQL statements besides the frame's."""
    desk = sitting(request)
    given = request.GET
    kind = given.get("kind", "") if given.get("kind") in KINDS else ""
    q, stale = given.get("q", "").strip()[:ASKED_SIGNS], given.get("stale") == "1"
    before = stale_before(desk.book, desk.today)
    total, old = queries.counts(before)
    shown: dict[str, Any] = {
        "desk": desk, "q": q, "kind": kind, "stale": stale, "kinds": KIND_NAMES.items(), "total": total,
        "old": old, "before": before, "may_write": bool(desk.roles & (WRITERS | UNIT_WRITERS)),
    }  # fmt: skip
    if q:
        found = search(q, book=desk.book, on=desk.today, most=MOST_FOUND, kinds=[kind] if kind else KINDS)
        shown["found"] = [one for one in found if one.stale or not stale]
    else:
        rows, after = queries.listed(given.get("after", "")[:80], kind=kind, stale=before if stale else None)
        shown["rows"] = [(row, is_stale(row, before)) for row in rows]
        shown["next"] = _address(after=after, kind=kind, stale="1" if stale else "") if after else ""
    return render(request, "desk/knowledge.html", shown)


def _address(**given: str) -> str:
    return f"{reverse('articles')}?{urlencode({name: value for name, value in given.items() if value})}"


@page("knowledge.view")
@never_cache
@require_GET
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """One version with all others and who checked it. Three SQL statements besides the frame's."""
    desk = sitting(request)
    return _show(request, desk, _article(pk))


def _show(
    request: HttpRequest, desk: Sitting, found: Article, refused: str = "", status: int = 200
) -> HttpResponse:
    newest = found.current and not found.withdrawn
    shown = {
        "desk": desk, "article": found, "refused": refused,
        "stale": is_stale(found, stale_before(desk.book, desk.today)),
        "versions": queries.versions(found.code), "checks": queries.checks_of(found.code),
        "may_write": newest and _may_write(desk, found.unit),
    }  # fmt: skip
    return render(request, "desk/article.html", shown, status=status)


@page("knowledge.write")
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write an article."""
    return _written(request, sitting(request), None)


@page("knowledge.write")
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the next version of an article."""
    desk, found = sitting(request), _article(pk)
    if not _may_write(desk, found.unit):
        raise PermissionDenied("knowledge.write")
    return _written(request, desk, found)


@page("knowledge.write")
@never_cache
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the newest version was looked at and is right."""
    return _done(request, pk, "check", _("Noted: checked today."))


@page("knowledge.write")
@never_cache
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an article out of what is found; its versions stay."""
    return _done(request, pk, "withdraw", _("Withdrawn. Nobody finds it any more; its versions stay here."))


def _done(request: HttpRequest, pk: int, what: str, words: str) -> HttpResponse:
    desk, found = sitting(request), _article(pk)
    if not _may_write(desk, found.unit):
        raise PermissionDenied("knowledge.write")
    try:
        if what == "check":
            do_check(found, desk.actor, on=desk.today)
        else:
            found = do_withdraw(found, desk.actor, now=desk.now)
    except Overtaken:
        return _show(request, desk, found, _overtaken_words(), 409)
    messages.success(request, words)
    return redirect("article", pk=found.pk)


def _written(request: HttpRequest, desk: Sitting, before: Article | None) -> HttpResponse:
    units = _units(desk)
    first = _first(before, desk)
    form = ArticleForm(request.POST or None, units=units, new=before is None, initial=first)
    refused, status = "", 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            found = do_write(
                _draft(form, before, desk), desk.actor, now=desk.now, seen=form.cleaned_data["seen"] or 0
            )
        except Unfit as unfit:
            form.add_error(
                unfit.field if unfit.field in form.fields else None, f"{unfit.reason} {unfit.remedy}"
            )
        except Overtaken:
            refused, status = _overtaken_words(), 409
        else:
            said = _("Kept as a new version.") if found else _("Nothing was changed.")
            messages.success(request, said)
            pk = found.pk if found else before.pk if before else 0
            return redirect("article", pk=pk) if pk else redirect("articles")
    shown = {"desk": desk, "form": form, "article": before, "refused": refused}
    return render(request, "desk/article_edit.html", shown, status=status)


def _first(before: Article | None, desk: Sitting) -> dict[str, Any]:
    if before is None:
        return {"seen": 0, "kind": GUIDE, "unit": "" if desk.roles & WRITERS else desk.unit}
    names = ("kind", "title", "question", "body", "source", "url", "unit", "valid_from", "valid_to")
    return {name: getattr(before, name) for name in names} | {"seen": before.version}


def _draft(form: ArticleForm, before: Article | None, desk: Sitting) -> Draft:
    given = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
    language, shown_as = (before.language, before.demonstration) if before else ("zh-hans", False)
    code = before.code if before else given.pop("code")
    return Draft(code=code, language=language, demonstration=shown_as, checked_at=desk.today, **given)


def _units(desk: Sitting) -> list[tuple[str, str]]:
    """The units that may answer for an article: one's own, or for the service department every one."""
    if not desk.roles & WRITERS:
        return [(desk.unit, unit_words(desk.book, desk.unit, desk.english))]
    rows = [unit for unit in desk.book.tables["units"] if unit.in_force(desk.today)]
    named = [(unit.code, unit_words(desk.book, unit.code, desk.english)) for unit in rows]
    return [("", _("nobody yet")), *named]


def _may_write(desk: Sitting, unit: str) -> bool:
    own = bool(desk.roles & UNIT_WRITERS) and bool(unit) and unit == desk.unit
    return bool(desk.roles & WRITERS) or own


def _article(pk: int) -> Article:
    found = Article.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _overtaken_words() -> str:
    return _("Somebody else has written a newer version meanwhile. Look at it first; yours is still here.")
