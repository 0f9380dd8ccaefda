"""The requester's answers to the three questions, on his own page or by the link in a message.

Ordinance Art. 8: he may rate, before he is asked too; Art. 23: he is asked by phone, message or web.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jieban.callback.actions import Answers, do_answers
from jieban.callback.rating import do_rate, do_revise, link_opens
from jieban.callback.rules import reasons_of
from jieban.city.book import Book
from jieban.city.queries import book
from jieban.matters.actions import Overtaken
from jieban.matters.actors import requester
from jieban.matters.rules import NotPossible
from jieban.people.access import public
from jieban.tickets import workflow as w
from jieban.tickets.links import rating_token_fits
from jieban.tickets.models import Ticket
from jieban.tickets.queries import by_number
from jieban.web import throttle, told
from jieban.web.context import is_english

QUESTIONS = ("contacted", "solved", "satisfied")


class AnswersForm(forms.Form):
    """The three questions (Ordinance Art. 23); for a no he may say why."""

    contacted = forms.ChoiceField(
        choices=[("yes", gettext_lazy("Yes, somebody did")), ("no", gettext_lazy("Nobody did"))],
        error_messages={"required": gettext_lazy("Say whether you were contacted.")},
    )
    solved = forms.ChoiceField(
        choices=list(told.SOLVED_WORDS.items()),
        error_messages={"required": gettext_lazy("Say whether it is solved.")},
    )
    satisfied = forms.ChoiceField(
        choices=list(told.SATISFIED_WORDS.items()),
        error_messages={"required": gettext_lazy("Say whether you are satisfied.")},
    )
    reasons = forms.MultipleChoiceField(required=False)
    comment = forms.CharField(required=False, max_length=1000)

    def __init__(self, data: Mapping[str, Any] | None = None, *, city: Book, now: datetime) -> None:
        super().__init__(data)
        self.known = reasons_of(city, now)
        field = self.fields["reasons"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(row.code, row.name) for row in self.known]

    def asked(self) -> list[dict[str, Any]]:
        """The questions as the page shows them: words, answers, reasons, and what was chosen."""
        ticked, english = self["reasons"].value() or (), is_english()
        return [
            {
                "name": name,
                "words": _QUESTION_WORDS[name],
                "wrong": bool(self.errors.get(name)),
                "choices": self.fields[name].choices,  # type: ignore[attr-defined]
                "chosen": self[name].value(),
                "reasons": [
                    (row.code, row.name_en if english and row.name_en else row.name, row.code in ticked)
                    for row in self.known
                    if row.question == name
                ],
            }
            for name in QUESTIONS
        ]

    def answers(self) -> Answers:
        """What was answered; only for a form that is valid."""
        given = self.cleaned_data
        contacted, reasons = given["contacted"] == "yes", tuple(given["reasons"])
        return Answers(contacted, given["solved"], given["satisfied"], given["comment"], reasons)


_QUESTION_WORDS = {
    "contacted": gettext_lazy("Did somebody contact you?"),
    "solved": gettext_lazy("Is it solved?"),
    "satisfied": gettext_lazy("Are you satisfied?"),
}


def give(ticket: Ticket, answers: Answers, *, now: datetime, city: Book, by: str) -> str:
    """Keep the requester's answers, whatever the ticket waits for; gives what he is told.

    Raises the refusals of the engine and ``AnswersRefused``.
    """
    himself = requester(ticket.number)
    if ticket.state == w.SUBMITTED:
        do_rate(ticket, answers, himself, now=now, book=city, by=by)
        return _("Thank you. Your answers are kept; nobody will have to call you about it.")
    if ticket.state == w.CLOSED:
        do_revise(ticket, answers, himself, now=now, book=city, by=by)
        return _("Your new answers count from now on.")
    after = do_answers(ticket, answers, himself, now=now, book=city, by=by)
    if after.state == w.CLOSED:
        return _("Thank you. Your answer is kept and counts for the unit.")
    return _("Thank you. It goes back to the unit, which has to do it again.")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def by_link(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """The three questions behind the link in a message: no sign-in, once, while he is asked (Art. 23).

    The page names the matter and the unit, never the requester or his words: messages are forwarded.
    Four SQL statements at most. A wrong link counts as a failed look-up.
    """
    limits = throttle.lookup_limits(request)
    if throttle.too_many(limits):
        return _shown(request, None, status=429, too_often=True)
    ticket = by_number(number)
    if ticket is None or not rating_token_fits(ticket, token):
        throttle.count_failure(limits)
        return _shown(request, None, status=404)
    city, now = book(), datetime.now(UTC)
    if not link_opens(ticket, token, now=now):
        return _shown(request, ticket, answered=bool(ticket.solved))
    if request.method != "POST":
        return _shown(request, ticket, answers=AnswersForm(city=city, now=now))
    form = AnswersForm(request.POST, city=city, now=now)
    if not form.is_valid():
        return _shown(request, ticket, status=422, answers=form)
    try:
        return _shown(request, ticket, thanks=give(ticket, form.answers(), now=now, city=city, by="link"))
    except (NotPossible, Overtaken):
        return redirect("my_rate", number, token)


def _shown(request: HttpRequest, ticket: Ticket | None, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "web/my/rate.html", {"ticket": ticket, **context}, status=status)
