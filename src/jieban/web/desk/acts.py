"""Verbs on matters that are no tickets, as a person meets them: one line per button, one way to say them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.matters.actions import Overtaken
from jieban.matters.kinds import Kind
from jieban.matters.models import Event
from jieban.matters.rules import NotPossible, NotYours
from jieban.web.desk.refusals import overtaken_words, refusal_words, seen
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.story import Line, who
from jieban.web.desk.verbs.base import Button
from jieban.web.desk.words import sentences
from jieban.web.words import NOTHING, unit_words

type Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """A verb of a kind of matter with its form; see ``verbs.base.Verb`` for the parts."""

    name: str
    says: tuple[str, ...]
    title: Any
    form: type[forms.Form]
    do: Callable[[Any, Given, Sitting], Any]
    done: Callable[[Any, Given], str]
    buttons: tuple[Button, ...]
    offered: Callable[[Any, Sitting], bool] = field(default=lambda matter, desk: True)


@dataclass(frozen=True, slots=True)
class Names:
    """How a kind calls its states and verbs."""

    states: Mapping[str, Any]
    verbs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """An act that was tried: ``done`` tells what was done; else why not, with what was typed."""

    name: str
    form: forms.Form
    done: str = ""
    refused: str = ""
    status: int = 422


def acts_for(kind: Kind, acts: Sequence[Act], matter: Any, desk: Sitting) -> list[Act]:
    """The acts that this person may do with this matter now."""
    allowed = set(kind.workflow.verbs(matter.row(), desk.actor))
    return [act for act in acts if allowed & set(act.says) and act.offered(matter, desk)]


def say(
    request: HttpRequest, desk: Sitting, kind: Kind, acts: Sequence[Act], matter: Any, act: Act, names: Names
) -> Said:
    """Do ``act`` with what was posted. Raises ``PermissionDenied`` for one that no page of his offers."""
    form = act.form(request.POST, auto_id=f"{act.name}_%s")
    try:
        seen(matter, request.POST.get("version", ""))
        if act not in acts_for(kind, acts, matter, desk):
            raise PermissionDenied(act.name)
        if not form.is_valid():
            return Said(act.name, form)
        given = {**form.cleaned_data, "decision": request.POST.get("decision", "")}
        if given["decision"] not in {button.value for button in act.buttons}:
            return Said(act.name, form, refused=_("Choose one of the buttons below the form."))
        act.do(matter, given, desk)
    except Overtaken as error:
        return Said(act.name, form, refused=_overtaken(error, names), status=409)
    except NotYours as error:
        raise PermissionDenied from error
    except NotPossible as error:
        return Said(act.name, form, refused=refusal_words(error, names.states))
    return Said(act.name, form, done=act.done(matter, given))


def panels(acts: Sequence[Act], said: Said | None) -> list[dict[str, Any]]:
    """The acts with their forms for a page; the first is open, or the one that was tried."""
    listed = []
    for place, act in enumerate(acts):
        mine = said is not None and said.name == act.name
        form = said.form if said and mine else act.form(auto_id=f"{act.name}_%s")
        listed.append({"verb": act, "form": form, "open": mine or (said is None and place == 0)})
    return listed


def lines(events: Sequence[Event], names: Names, desk: Sitting) -> list[Line]:
    """The history of a matter in words, newest first as given."""
    return [
        Line(
            at=event.at,
            who=who(event),
            where=unit_words(desk.book, event.actor_unit, desk.english) if event.actor_unit else "",
            words=str(names.verbs.get(event.verb, NOTHING)),
            note=_note(event),
        )
        for event in events
    ]


WHY = {
    "solved": gettext_lazy("The requester says that it is solved."),
    "unanswered": gettext_lazy("Nobody answered in time."),
}
"""Code that the platform leaves with an event -> what people read."""


def _note(event: Event) -> str:
    said = next((event.detail[name] for name in ("note", "ruling") if event.detail.get(name)), "")
    return str(said or WHY.get(str(event.detail.get("why", "")), ""))


def _overtaken(error: Overtaken, names: Names) -> str:
    faster = overtaken_words(error, names.verbs)
    return sentences(faster, _("What you typed is kept below; look at it as it is now, then send it again."))
