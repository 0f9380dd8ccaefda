"""One way to say a verb on a ticket from any page: version, form, action, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from jieban.drafting.actions import do_use
from jieban.drafting.models import Draft
from jieban.matters.actions import Overtaken
from jieban.matters.rules import NotPossible, NotYours
from jieban.tickets.models import Ticket
from jieban.web.desk.drafts import behind
from jieban.web.desk.refusals import refusal_words, seen
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs import form_of, verbs_for
from jieban.web.desk.verbs.base import Cleaned, Verb


@dataclass(frozen=True, slots=True)
class Tried:
    """A verb that was said. ``done`` tells what was done; else ``refused`` or the form's errors say why not.

    ``form`` keeps what was typed. ``overtaken`` is set when somebody else was first.
    """

    verb: str
    form: forms.Form
    done: str = ""
    refused: str = ""
    overtaken: Overtaken | None = None


def say_verb(request: HttpRequest, desk: Sitting, ticket: Ticket, verb: Verb) -> Tried:
    """Say ``verb`` with what was posted. Raises ``PermissionDenied`` for one that this person never may."""
    form = form_of(verb, ticket, desk, request.POST)
    try:
        seen(ticket, request.POST.get("version", ""))
        _may(ticket, desk, verb)
        if not form.is_valid():
            return Tried(verb.name, form)
        draft = behind(request.POST.get("draft", ""), ticket, verb.name, desk)
        given = {
            **form.cleaned_data,
            "decision": request.POST.get("decision", ""),
            "drafted": str(draft.pk) if draft else "",
        }
        if given["decision"] not in {button.value for button in verb.buttons}:
            return Tried(verb.name, form, refused=_("Choose one of the buttons below the form."))
        ticket = _do(verb, ticket, given, desk, draft)
    except Overtaken as error:
        return Tried(verb.name, form, overtaken=error)
    except NotYours as error:
        raise PermissionDenied from error
    except NotPossible as error:
        return Tried(verb.name, form, refused=refusal_words(error))
    return Tried(verb.name, form, done=verb.done(ticket, given, desk))


def _do(verb: Verb, ticket: Ticket, given: Cleaned, desk: Sitting, draft: Draft | None) -> Ticket:
    """Say it, and with it note that it began from a draft."""
    if draft is None:
        return verb.do(ticket, given, desk)
    with transaction.atomic():
        do_use(draft, desk.actor, now=desk.now)
        return verb.do(ticket, given, desk)


def _may(ticket: Ticket, desk: Sitting, verb: Verb) -> None:
    """Refuse what no button of this person's page offers."""
    if verb not in verbs_for(ticket, desk):
        raise PermissionDenied(verb.name)
