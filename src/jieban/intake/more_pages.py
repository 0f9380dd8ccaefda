"""What some matters need besides words, place and photos (Ordinance Art. 10): asked once, on a page of its
own, and only where the words do not tell it. All of it may be skipped."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jieban.city.book import Book
from jieban.city.law import FormField
from jieban.intake import draft as drafts
from jieban.intake.asking import AnswersForm
from jieban.intake.completeness import Known, answers_in, fields_of, form_of
from jieban.intake.draft import Draft
from jieban.intake.pages import city_now, onward, show
from jieban.intake.surges import surge_of
from jieban.people.access import public
from jieban.reading.reader import Reader

MOST_QUESTIONS = 6
"""More than these are left to whoever calls the person back."""


@public
@never_cache
@require_http_methods(["GET", "POST"])
def more(request: HttpRequest) -> HttpResponse:
    """The questions of the matter; straight on where it has none."""
    city, reader, on = city_now()
    draft = drafts.load(request.session)
    if not draft.text:
        return redirect("file_what")
    rows = questions(city, reader, on, draft)
    if not rows:
        return onward(draft, "reach")
    if request.method == "POST" and "skip" in request.POST:
        return _done(request, draft)
    english = (get_language() or "").startswith("en")
    form = AnswersForm(request.POST or None, rows=rows, english=english, initial=draft.answers)
    if request.method == "POST" and form.is_valid():
        draft.answers = {**draft.answers, **form.answers}
        return _done(request, draft)
    return show(request, "more", draft, form=form)


def questions(city: Book, reader: Reader, on: date, draft: Draft) -> list[FormField]:
    """What has to be asked of this matter and does not stand in the words."""
    reading = reader.read("", draft.text, address=draft.address, on=on)
    known = Known(category=reading.category, demand_type=reading.demand_type)
    surge = surge_of(city, on, reading.category, draft.text)
    form = form_of(city, on, known, surge.form if surge else "")
    rows = [row for row in fields_of(city, on, form, known) if row.required]
    told = answers_in(draft.text, rows, on)
    return [row for row in rows if row.code not in told][:MOST_QUESTIONS]


def _done(request: HttpRequest, draft: Draft) -> HttpResponse:
    draft.finish("more")
    drafts.save(request.session, draft)
    return onward(draft, "reach")
