"""The pages of whistles: whom we were called by, whom we called, one whistle, refusals, figures."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jieban.city.book import MissingRule
from jieban.matters.actions import Overtaken
from jieban.matters.rules import NotPossible, NotYours
from jieban.people.access import page
from jieban.tickets.models import Ticket
from jieban.tickets.queries import by_number as ticket_by_number
from jieban.web.desk import calling
from jieban.web.desk.forms_whistle import KeyWorkForm
from jieban.web.desk.looks import Link
from jieban.web.desk.refusals import seen
from jieban.web.desk.sitting import Sitting, sitting
from jieban.web.desk.whistle_acts import (
    REPORT_ACTS,
    WHISTLE_ACTS,
    Act,
    acts_on_report,
    acts_on_whistle,
)
from jieban.web.desk.whistle_story import lines, overtaken, refused
from jieban.whistle import queries as q
from jieban.whistle import workflow as w
from jieban.whistle.actions import WhistleRefused
from jieban.whistle.models import ReportIn, Whistle


@page("whistle.use")
@never_cache
@require_GET
def whistle_list(request: HttpRequest) -> HttpResponse:
    """Whistles by their clock, overdue first. At most five SQL statements with session and account."""
    desk = sitting(request)
    sides = _sides(desk)
    side = request.GET.get("side", "")
    side = side if side in sides else next(iter(sides), "called")
    after = request.GET.get("after", "")
    shown: dict[str, Any] = {"desk": desk, "side": side, "may_blow": calling.may_blow(desk)}
    shown["links"] = [Link(words, _address(name), here=name == side) for name, words in sides.items()]
    if side == "blown":
        found = q.blown(desk.unit, after)
        shown |= {"whistles": _with_counts(found.rows), "next": _next(request, found.after)}
    else:
        called = q.watched(desk.scope, after) if side == "watched" else q.called(desk.unit, after)
        shown |= {"reports": called.rows, "next": _next(request, called.after)}
    return render(request, "desk/whistles.html", shown)


def _sides(desk: Sitting) -> dict[str, Any]:
    """What there is to look at for this person, the most usual first."""
    sides: dict[str, Any] = {}
    if calling.may_blow(desk):
        sides["blown"] = _("we have blown")
    if desk.unit and not desk.scope.everything:
        sides["called"] = _("we are called")
    if desk.scope.everything or desk.scope.district:
        watched = {"watched": _("still awaited in our territory")}
        sides = watched | sides if desk.scope.everything else {**watched, **sides}
    return sides


def _address(side: str) -> str:
    return f"{reverse('whistle_list')}?side={side}"


def _next(request: HttpRequest, after: str) -> str:
    if not after:
        return ""
    given = request.GET.copy()
    given["after"] = after
    return f"{request.path}?{given.urlencode()}"


def _with_counts(rows: list[Whistle]) -> list[dict[str, Any]]:
    """Whistles, each with how many of its units have come. One SQL statement for all."""
    reports = q.reports_of(*(row.pk for row in rows)) if rows else []
    listed = []
    for row in rows:
        own = [one for one in reports if one.whistle == row.pk]
        listed.append(
            {
                "whistle": row,
                "units": len(own),
                "come": sum(one.state in q.COME for one in own),
                "late": sum(one.late and one.state in w.AWAITED for one in own),
            }
        )
    return listed


@page("whistle.use")
@never_cache
@require_http_methods(["GET", "POST"])
def blow(request: HttpRequest) -> HttpResponse:
    """Blow the whistle for key work, or for tickets named by their numbers (Street ordinance Art. 5)."""
    desk = sitting(request)
    form = KeyWorkForm(request.POST or None, auto_id="blow_%s", **calling.choices(desk))
    why, status = "", 200
    if request.method == "POST":
        if not calling.may_blow(desk):
            raise PermissionDenied("blow")
        status = 422
        if form.is_valid():
            try:
                whistle = calling.blow(desk, form.cleaned_data, _tickets(desk, form.cleaned_data["numbers"]))
            except Overtaken as error:
                why, status = overtaken(error), 409
            except NotPossible as error:
                why = refused(error)
            else:
                messages.success(request, _("The whistle is blown: whoever was called sees it now."))
                return redirect("whistle", number=whistle.number)
    shown = {"desk": desk, "form": form, "refused": why, "may_blow": calling.may_blow(desk)}
    return render(request, "desk/whistle_blow.html", shown, status=status)


def _tickets(desk: Sitting, numbers: str) -> list[Ticket]:
    """The tickets whose numbers are written, parted by commas. Raises ``WhistleRefused``."""
    found = []
    for number in dict.fromkeys(numbers.replace("，", ",").replace("、", ",").split(",")):
        if not number.strip():
            continue
        ticket = ticket_by_number(number, desk.scope)
        if ticket is None:
            said = {"number": number.strip()[:40]}
            raise WhistleRefused(_("No ticket of yours has the number “%(number)s”.") % said)
        found.append(ticket)
    return found


@page("whistle.use")
@never_cache
@require_GET
def whistle(request: HttpRequest, number: str) -> HttpResponse:
    """One whistle. Six SQL statements with session, account and the city's serial."""
    desk = sitting(request)
    return _show(request, desk, _whistle_or_refuse(desk, number))


@page("whistle.use")
@never_cache
@require_POST
def say(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """The street says a verb on its whistle."""
    desk = sitting(request)
    found = _whistle_or_refuse(desk, number)
    act = WHISTLE_ACTS.get(verb)
    if act is None:
        raise Http404
    return _said(request, desk, found, found, act, acts_on_whistle(found, desk))


@page("whistle.use")
@never_cache
@require_POST
def say_report(request: HttpRequest, number: str, code: str, verb: str) -> HttpResponse:
    """A unit, the street or the judges say a verb on a report-in."""
    desk = sitting(request)
    found = _whistle_or_refuse(desk, number)
    report = next((one for one in q.reports_of(found.pk) if one.number == code), None)
    act = REPORT_ACTS.get(verb)
    if act is None or report is None:
        raise Http404
    return _said(request, desk, found, report, act, acts_on_report(report, desk))


def _whistle_or_refuse(desk: Sitting, number: str) -> Whistle:
    """The whistle with this number. Raises ``Http404`` or ``PermissionDenied``."""
    found = q.by_number(number)
    if found is None:
        raise Http404
    if not q.may_see(found, desk.scope):
        raise PermissionDenied("whistle.use")
    return found


def _said(
    request: HttpRequest,
    desk: Sitting,
    found: Whistle,
    matter: Whistle | ReportIn,
    act: Act,
    offered: list[Act],
) -> HttpResponse:
    """Say a verb; what was typed stays when it cannot be done."""
    form = act.form(request.POST, auto_id=f"{act.name}-{matter.pk}_%s")
    tried = {"act": act.name, "matter": matter.pk, "form": form}
    try:
        seen(matter, request.POST.get("version", ""))
        if act not in offered:
            raise PermissionDenied(act.name)
        if not form.is_valid():
            return _show(request, desk, found, tried=tried, status=422)
        given = {**form.cleaned_data, "decision": request.POST.get("decision", "")}
        if given["decision"] not in {button.value for button in act.buttons}:
            why = _("Choose one of the buttons below the form.")
            return _show(request, desk, found, tried={**tried, "refused": why}, status=422)
        act.do(matter, given, desk)
    except Overtaken as error:
        fresh = _whistle_or_refuse(desk, found.number)
        return _show(request, desk, fresh, tried={**tried, "refused": overtaken(error)}, status=409)
    except NotYours as error:
        raise PermissionDenied from error
    except NotPossible as error:
        fresh = _whistle_or_refuse(desk, found.number)
        return _show(request, desk, fresh, tried={**tried, "refused": refused(error)}, status=422)
    messages.success(request, act.done(matter, given))
    return redirect("whistle", number=found.number)


def _show(
    request: HttpRequest,
    desk: Sitting,
    found: Whistle,
    *,
    tried: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    reports = q.reports_of(found.pk)
    reports.sort(key=lambda one: (one.lead_id != desk.unit, one.pk))  # one's own unit first
    events = q.history(found.pk, [one.pk for one in reports])
    mine = desk.scope.everything or desk.unit in (found.lead_id, found.district)
    shown = {
        "desk": desk,
        "whistle": found,
        "reports": [
            {"report": one, "awaited": one.state in w.AWAITED, "open": one.state == w.RATED}
            for one in reports
        ],
        "mine_due": next((one.due_at for one in reports if _awaited_of(one, desk.unit)), None),
        "groups": _groups(desk, found, reports, tried),
        "history": lines(events, reports, desk),
        "tickets": found.ticket_numbers,
        "may_open_tickets": mine,
        "tried": tried,
        "refused": (tried or {}).get("refused", ""),
    }
    return render(request, "desk/whistle.html", shown, status=status)


def _awaited_of(report: ReportIn, unit: str) -> bool:
    return report.lead_id == unit and report.state in w.AWAITED


def _groups(
    desk: Sitting, found: Whistle, reports: list[ReportIn], tried: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """What this person may do, one group for each report-in and one for the whistle itself."""
    groups: list[dict[str, Any]] = []
    for report in reports:
        acts = _acts(acts_on_report(report, desk), report, tried)
        if acts:
            groups.append({"report": report, "acts": acts, "matter": report})
    own = _acts(acts_on_whistle(found, desk), found, tried)
    if own:
        groups.append({"report": None, "acts": own, "matter": found})
    listed: list[dict[str, Any]] = [one for group in groups for one in group["acts"]]
    usable = [one for one in listed if not one["not_now"]]
    if usable and not any(one["open"] for one in usable):
        usable[0]["open"] = True
    return groups


def _acts(acts: list[Act], matter: Whistle | ReportIn, tried: dict[str, Any] | None) -> list[dict[str, Any]]:
    listed = []
    for act in acts:
        mine = tried is not None and tried["act"] == act.name and tried["matter"] == matter.pk
        form = tried["form"] if tried and mine else act.form(auto_id=f"{act.name}-{matter.pk}_%s")
        listed.append({"act": act, "form": form, "not_now": act.not_now(matter), "open": mine})
    return listed


@page("whistle.use")
@never_cache
@require_GET
def refusals(request: HttpRequest) -> HttpResponse:
    """What the district rules on: refusals, joint whistles, and who has not come. Five SQL statements."""
    desk = sitting(request)
    after = request.GET.get("after", "")
    found = q.to_rule_on(desk.scope, after)
    missing = q.not_come(desk.scope)
    shown = {
        "desk": desk,
        "reports": found.rows,
        "missing": missing.rows,
        "next": _next(request, found.after),
    }
    return render(request, "desk/whistle_refusals.html", shown)


@page("whistle.use")
@never_cache
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """A month of whistles, for units and for streets (Art. 33). Five SQL statements."""
    desk = sitting(request)
    begin, end = _month(request, desk)
    shown = {
        "desk": desk,
        "month": begin,
        "code": f"{begin:%Y-%m}",
        "before": _month_code(begin, -1),
        "after": _month_code(begin, 1) if end <= desk.now else "",
        "units": q.unit_figures(desk.scope, begin, end, desk.book),
        "streets": q.street_figures(desk.scope, begin, end),
        "share": _share(desk),
    }
    return render(request, "desk/whistle_figures.html", shown)


def _share(desk: Sitting) -> Decimal | None:
    """What the streets' assessment weighs in that of the departments, where the city has said so."""
    try:
        return desk.book.rule("assessment.whistle_share", desk.today)
    except MissingRule:
        return None


@page("whistle.use")
@never_cache
@require_GET
def behind(request: HttpRequest) -> HttpResponse:
    """The report-ins that a figure counts. Four SQL statements."""
    desk = sitting(request)
    begin, end = _month(request, desk)
    given = {name: request.GET.get(name, "").replace("\0", "")[:40] for name in ("unit", "street", "what")}
    found = q.counted(desk.scope, q.Counted(begin, end, **given), request.GET.get("after", ""))
    shown = {
        "desk": desk,
        "reports": found.rows,
        "next": _next(request, found.after),
        "month": begin,
        "code": f"{begin:%Y-%m}",
        **given,
    }
    return render(request, "desk/whistle_behind.html", shown)


def _month(request: HttpRequest, desk: Sitting) -> tuple[datetime, datetime]:
    """The month asked for, in the city's time; without a wish (or with none that is one) the present one."""
    zone = ZoneInfo(desk.book.identity.timezone)
    try:
        asked = datetime.strptime(request.GET.get("month", ""), "%Y-%m")
        begin = datetime(asked.year, asked.month, 1, tzinfo=zone)
        return begin, _moved(begin, 1)
    except (ValueError, OverflowError):
        begin = datetime(desk.today.year, desk.today.month, 1, tzinfo=zone)
        return begin, _moved(begin, 1)


def _moved(begin: datetime, months: int) -> datetime:
    """The first of the month so many months on. Raises ``ValueError`` beyond the calendar."""
    count = begin.year * 12 + begin.month - 1 + months
    return begin.replace(year=count // 12, month=count % 12 + 1)


def _month_code(begin: datetime, months: int) -> str:
    try:
        return f"{_moved(begin, months):%Y-%m}"
    except ValueError:
        return ""
