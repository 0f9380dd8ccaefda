"""The pages of oversight: the ladder with its counts, one case, what is long unresolved or comes again."""

from __future__ import annotations

from datetime import timedelta
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

from jieban.city.rows import Unit
from jieban.matters.queries import timeline
from jieban.matters.rules import NotPossible
from jieban.oversight import queries as q
from jieban.oversight.actions import do_supervise_unit
from jieban.oversight.kind import OVERSIGHT
from jieban.oversight.models import Case
from jieban.oversight.rules import ladder, may_stand_over
from jieban.people.access import page
from jieban.people.roles import Role
from jieban.tickets.models import Ticket
from jieban.web.desk.acts import Said, acts_for, lines, panels, say
from jieban.web.desk.exclusions import in_sight, own_unit
from jieban.web.desk.forms_exclusion import SuperviseUnitForm
from jieban.web.desk.looks import Link
from jieban.web.desk.oversight_acts import ACTS, NAMES
from jieban.web.desk.refusals import refusal_words
from jieban.web.desk.sitting import Sitting, sitting
from jieban.web.desk.verbs.overseeing import trigger_choices

VIEWS = ("answered", "ended", "wrongs")


@page("oversight.use")
@never_cache
@require_GET
def oversight_list(request: HttpRequest) -> HttpResponse:
    """The cases by rung, by their clock. Five SQL statements with session, account and the city's serial."""
    desk = sitting(request)
    unit = own_unit(desk)
    steps = ladder(desk.book, desk.today)
    step, view = request.GET.get("step", ""), request.GET.get("view", "")
    step = step if step in {one.code for one in steps} else ""
    view = view if view in VIEWS else ""
    found = q.rows(desk.scope, unit, step=step, view=view, after=request.GET.get("after", ""))
    shown = {
        "desk": desk,
        "rows": found.rows,
        "view": view,
        "next": _address(step=step, view=view, after=found.after) if found.after else "",
        "links": _links(steps, q.counts(desk.scope, unit), step, view, desk),
        "may_open": bool(_below(desk)),
    }
    return render(request, "desk/oversight.html", shown)


def _links(steps: list[Any], counted: dict[str, int], step: str, view: str, desk: Sitting) -> list[Link]:
    total = sum(number for code, number in counted.items() if code != "answered")
    links = [Link(_("all open"), _address(), total, not step and not view)]
    for one in steps:
        words = one.name_en if desk.english and one.name_en else one.name
        here = step == one.code and not view
        links.append(Link(words, _address(step=one.code), counted.get(one.code, 0), here))
    answered = counted.get("answered", 0)
    return [
        *links,
        Link(_("answered, to be looked at"), _address(view="answered"), answered, view == "answered"),
        Link(_("wrongful acts"), _address(view="wrongs"), None, view == "wrongs"),
        Link(_("ended"), _address(view="ended"), None, view == "ended"),
    ]


def _address(**given: str) -> str:
    asked = {name: value for name, value in given.items() if value}
    return reverse("oversight_list") + (f"?{urlencode(asked)}" if asked else "")


@page("oversight.use")
@never_cache
@require_GET
def oversight_long(request: HttpRequest) -> HttpResponse:
    """Long unresolved, redone, urged often, come again. Four SQL statements with session and account."""
    desk = sitting(request)
    sort = request.GET.get("sort", "")
    sort = sort if sort in q.SORTS else q.SORTS[0]
    days, urged = _threshold(desk, "stale_days", 60), _threshold(desk, "urged_count", 3)
    found = q.long_and_again(
        desk.scope,
        sort,
        opened_before=desk.now - timedelta(days=days),
        urged=urged,
        after=request.GET.get("after", ""),
    )
    names = {
        "opened": _("oldest first"),
        "redone": _("most often redone"),
        "urged": _("most often urged"),
    }
    here = reverse("oversight_long")
    shown = {
        "desk": desk,
        "page": {"tickets": found.rows},
        "days": days,
        "urged": urged,
        "links": [Link(words, f"{here}?sort={name}", here=name == sort) for name, words in names.items()],
        "next": f"{here}?{urlencode({'sort': sort, 'after': found.after})}" if found.after else "",
    }
    return render(request, "desk/oversight_long.html", shown)


def _threshold(desk: Sitting, measure: str, otherwise: int) -> int:
    """The threshold of the trigger with this measure; ``otherwise`` where the city has none."""
    rows = desk.book.current("oversight_triggers", desk.today)
    return next((int(row.threshold) for row in rows if row.measure == measure), otherwise)


@page("oversight.use")
@never_cache
@require_http_methods(["GET", "POST"])
def oversight_open(request: HttpRequest) -> HttpResponse:
    """Put a unit under supervision without a ticket, such as one at the tail of the ranking."""
    desk = sitting(request)
    below = _below(desk)
    choices = {"units": below, "triggers": trigger_choices(desk)}
    form = SuperviseUnitForm(request.POST or None, auto_id="unit_%s", **choices)
    why, status = "", 200
    if request.method == "POST":
        if not below:
            raise PermissionDenied("open")
        status = 422
        if form.is_valid():
            try:
                case = _open(form.cleaned_data, desk)
            except NotPossible as error:
                why = refusal_words(error)
            else:
                messages.success(request, _("Under supervision now."))
                return redirect("oversight_case", number=case.number)
    shown = {"desk": desk, "form": form, "refused": why, "may_open": bool(below)}
    return render(request, "desk/oversight_open.html", shown, status=status)


def _open(given: dict[str, Any], desk: Sitting) -> Case:
    return do_supervise_unit(
        given["unit"], given["trigger"], given["words"], desk.actor, now=desk.now, book=desk.book
    )


def _below(desk: Sitting) -> list[tuple[str, str]]:
    """The units that this person may put under supervision."""
    if not desk.roles & {Role.SUPERVISOR, Role.LEADER}:
        return []
    return [
        (unit.code, unit.name_en if desk.english and unit.name_en else unit.name)
        for unit in desk.book.units.values()
        if unit.can_lead and unit.in_force(desk.today) and may_stand_over(desk.actor, unit.code, desk.book)
    ]


@page("oversight.use")
@never_cache
@require_GET
def oversight_case(request: HttpRequest, number: str) -> HttpResponse:
    """One case. Seven SQL statements with session, account and the city's serial."""
    desk = sitting(request)
    return _show(request, desk, _found(desk, number))


@page("oversight.use")
@never_cache
@require_POST
def oversight_say(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Say a verb on a case; what was typed stays when it cannot be done."""
    desk = sitting(request)
    act = next((one for one in ACTS if one.name == verb), None)
    if act is None:
        raise Http404
    found = _found(desk, number)
    said = say(request, desk, OVERSIGHT, ACTS, found, act, NAMES)
    if said.done:
        messages.success(request, said.done)
        return redirect("oversight_case", number=number)
    return _show(request, desk, _found(desk, number), said=said, status=said.status)


def _found(desk: Sitting, number: str) -> Case:
    """The case with this number. Raises ``Http404`` or ``PermissionDenied``."""
    found = q.by_number(number)
    if found is None:
        raise Http404
    unit, lead = own_unit(desk), desk.book.units.get(str(found.lead_id))
    kept_out = unit is not None and unit.code in found.recused
    if not (desk.scope.everything or (not kept_out and (q.sees_all(unit) or _own_or_below(unit, lead)))):
        raise PermissionDenied("oversight.use")
    return found


def _own_or_below(unit: Unit | None, lead: Unit | None) -> bool:
    return unit is not None and lead is not None and unit.code in (lead.code, lead.parent)


def _show(
    request: HttpRequest, desk: Sitting, found: Case, *, said: Said | None = None, status: int = 200
) -> HttpResponse:
    ticket = Ticket.objects.filter(pk=found.ticket).first() if found.ticket else None
    acts = acts_for(OVERSIGHT, ACTS, found, desk)
    shown = {
        "desk": desk,
        "case": found,
        "ticket": ticket,
        "may_open": ticket is not None and in_sight(ticket, desk),
        "history": lines(timeline(found.pk), NAMES, desk),
        "panels": panels(acts, said),
        "said": said,
        "refused": said.refused if said else "",
        "steps": ladder(desk.book, desk.today),
    }
    return render(request, "desk/oversight_case.html", shown, status=status)
