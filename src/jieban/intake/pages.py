"""Filing on the web: one question a page, any of them can be gone back to, nothing is lost on the way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jieban.city.book import Book
from jieban.city.queries import book
from jieban.dispatch.rules import local_day
from jieban.intake import draft as drafts
from jieban.intake.asking import answers_told
from jieban.intake.draft import Draft
from jieban.intake.filing import FiledOtherwise, Refused, do_file
from jieban.intake.forms import ReachForm, StreetForm, WhatForm, WhereForm, choices_of
from jieban.intake.places import chosen_place, districts, streets, understood, unknown_words
from jieban.intake.standing import ANONYMOUS, CONFIDENTIAL
from jieban.knowledge.search import suggestions
from jieban.people.access import public
from jieban.reading.reader import Reader, reader_for

STEPS = ("what", "where", "photos", "reach", "check")


def city_now() -> tuple[Book, Reader, date]:
    """The city, its reader, and the day there."""
    city = book()
    return city, reader_for(city), local_day(city, datetime.now(UTC))


def show(request: HttpRequest, step: str, draft: Draft, **context: Any) -> HttpResponse:
    """A page of the filing, with where we are and whether the words sounded like danger."""
    number = STEPS.index({"street": "where", "more": "photos"}.get(step, step)) + 1
    shown = {"draft": draft, "step": number, "steps": len(STEPS), **context}
    if step == "check" and draft.answers:
        shown["told"] = answers_told(draft.answers, book(), _is_english())
    refused = "before" in context or any(getattr(one, "errors", None) for one in context.values())
    return render(request, f"intake/{step}.html", shown, status=422 if refused else 200)


def onward(draft: Draft, step: str) -> HttpResponse:
    """The next page: back to the answers when they have been seen before."""
    return redirect("file_check" if "check" in draft.done else f"file_{step}")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def what(request: HttpRequest) -> HttpResponse:
    """What happened."""
    city, reader, on = city_now()
    draft = drafts.load(request.session)
    form = WhatForm(
        request.POST or None, initial={"text": draft.text}, most=int(city.rule("intake.max_text_chars", on))
    )
    if request.method == "POST" and form.is_valid():
        draft.text = form.cleaned_data["text"]
        reading = reader.read("", draft.text, address=draft.address, on=on)
        draft.danger, draft.call = bool(reading.danger), reading.call
        draft.finish("what")
        drafts.save(request.session, draft)
        return onward(draft, "where")
    return show(request, "what", draft, form=form)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def where(request: HttpRequest) -> HttpResponse:
    """Where it is: in words, and the district."""
    city, reader, on = city_now()
    draft = drafts.load(request.session)
    if not draft.text:
        return redirect("file_what")
    found = understood(reader, draft.text, draft.address)
    first = {
        "address": draft.address,
        "district": draft.district or _guess(draft, found.district if found else ""),
    }
    choices = choices_of(districts(city, on), _("I do not know"), _is_english())
    form = WhereForm(request.POST or None, initial=first, districts=choices)
    if request.method == "POST" and form.is_valid():
        draft.address, draft.district = form.cleaned_data["address"], form.cleaned_data["district"]
        if draft.place and city.place_at(draft.place, "district") != city.places.get(draft.district):
            draft.place = ""
        draft.finish("where")
        drafts.save(request.session, draft)
        return redirect("file_street") if draft.district else onward(draft, "photos")
    suggested = [] if draft.danger else suggestions(draft.text, book=city, on=on)
    unknown = "" if found else unknown_words(reader, draft.text, draft.address)
    return show(request, "where", draft, form=form, understood=found, unknown=unknown, suggested=suggested)


def _guess(draft: Draft, code: str) -> str:
    """What was understood, as long as the person has not answered himself."""
    return "" if "where" in draft.done else code


@public
@never_cache
@require_http_methods(["GET", "POST"])
def street(request: HttpRequest) -> HttpResponse:
    """In which street of the district it is."""
    city, reader, on = city_now()
    draft = drafts.load(request.session)
    if not draft.district:
        return redirect("file_where")
    found = understood(reader, draft.text, draft.address, draft.district)
    chosen = city.place_at(draft.place, "street")
    first = {"street": chosen.code if chosen else (found.street if found and not draft.place else "")}
    choices = choices_of(streets(city, draft.district, on), _("I do not know"), _is_english())
    form = StreetForm(request.POST or None, initial=first, streets=choices)
    if request.method == "POST" and form.is_valid():
        draft.place = chosen_place(found, draft.district, form.cleaned_data["street"])
        drafts.save(request.session, draft)
        return onward(draft, "photos")
    return show(request, "street", draft, form=form, understood=found if found and found.street else None)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def reach(request: HttpRequest) -> HttpResponse:
    """How to reach the person; he may stay unknown."""
    draft = drafts.load(request.session)
    if not draft.text:
        return redirect("file_what")
    if request.method == "POST" and "anonymous" in request.POST:
        draft.phone = draft.email = draft.name = draft.represented = ""
        draft.secrecy = ANONYMOUS
        return _reached(request, draft)
    first = {"phone": draft.phone, "email": draft.email, "name": draft.name}
    first |= {"on_behalf": draft.on_behalf, "represented": draft.represented}
    first |= {"confidential": draft.secrecy == CONFIDENTIAL, "minor": draft.minor}  # type: ignore[dict-item]
    form = ReachForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        draft.phone, draft.name = form.cleaned_data["phone"], form.cleaned_data["name"].strip()
        draft.email = form.cleaned_data["email"]
        draft.secrecy = CONFIDENTIAL if form.cleaned_data["confidential"] else ""
        draft.on_behalf, draft.minor = form.cleaned_data["on_behalf"], form.cleaned_data["minor"]
        draft.represented = form.cleaned_data["represented"].strip() if draft.on_behalf else ""
        return _reached(request, draft)
    return show(request, "reach", draft, form=form)


def _reached(request: HttpRequest, draft: Draft) -> HttpResponse:
    draft.finish("reach")
    drafts.save(request.session, draft)
    return redirect("file_check")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The answers once more; sending them files the request, once however often it is pressed."""
    draft = drafts.load(request.session)
    if request.method == "POST":
        token = request.POST.get("token", "")
        if drafts.filed_as(request.session, token) is not None:
            return redirect("file_done", token)
        if draft.text and token == draft.token:
            return _file(request, draft)
    if not draft.text:
        if request.method == "POST":
            messages.warning(
                request, _("We no longer have your answers here. What you wrote is kept in your browser.")
            )
        return redirect("file_what")
    draft.finish("check")
    drafts.save(request.session, draft)
    return show(request, "check", draft)


def _file(request: HttpRequest, draft: Draft) -> HttpResponse:
    city, reader, _on = city_now()
    try:
        ticket = do_file(draft, now=datetime.now(UTC), book=city, reader=reader)
    except Refused as refused:
        return show(request, "check", draft, refused=refused)
    except FiledOtherwise as before:
        return _offer_as_new(request, draft, before)
    drafts.remember_filed(request.session, draft.token, ticket)
    drafts.drop(request.session, draft)
    return redirect("file_done", draft.token)


def _offer_as_new(request: HttpRequest, draft: Draft, before: FiledOtherwise) -> HttpResponse:
    """The same answers once more, to be sent as a request of their own."""
    drafts.remember_filed(request.session, draft.token, before.ticket)
    drafts.renew(draft)
    drafts.save(request.session, draft)
    return show(request, "check", draft, before=before)


@public
@require_POST
def anew(request: HttpRequest) -> HttpResponse:
    """Forget everything about the person at this device, for the next one; draft.js clears the browser."""
    drafts.forget_person(request.session)
    messages.success(request, _("What you wrote is removed from this device."))
    return redirect("file_what")


@public
@never_cache
@require_GET
def draft_photo(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """The small copy of a photo of this session's draft."""
    path = drafts.small_photo(drafts.load(request.session), sha256)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/jpeg")


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
