"""Common matters: the list of clusters, and one with its members, its lead, and one report for all."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban.dispatch.events import clusters, heat
from jieban.dispatch.events.clusters import Told
from jieban.handling.actions import do_reply
from jieban.people.access import page
from jieban.people.roles import Role
from jieban.tickets.models import Cluster
from jieban.web.desk.events import DECIDERS
from jieban.web.desk.forms_protection import CommonForm, CommonReplyForm
from jieban.web.desk.refusals import refusal_words
from jieban.web.desk.sitting import Sitting, sitting

CLERKS = frozenset({Role.CLERK, Role.REVIEWER})


@page("cluster.use")
@never_cache
@require_GET
def cluster_list(request: HttpRequest) -> HttpResponse:
    """The common matters, newest first. Five SQL statements with session, account and the city's serial."""
    desk = sitting(request)
    before = request.GET.get("before", "")
    rows, after = clusters.listed(desk.scope, int(before) if before.isdecimal() and len(before) < 19 else 0)
    many = int(desk.book.rule("cluster.min_tickets", desk.today))
    return render(request, "desk/clusters.html", {"desk": desk, "rows": rows, "after": after, "many": many})


@page("cluster.use")
@never_cache
@require_GET
def cluster(request: HttpRequest, pk: int) -> HttpResponse:
    """One common matter with its members. Five SQL statements."""
    desk = sitting(request)
    return _show(request, desk, _found(desk, pk))


def _found(desk: Sitting, pk: int) -> Cluster:
    """The cluster within the scope. Raises ``Http404`` or ``PermissionDenied``."""
    found = clusters.cluster_at(desk.scope, pk) if pk < 2**63 else None
    if found is not None:
        return found
    if pk >= 2**63 or not Cluster.objects.filter(pk=pk).exists():
        raise Http404
    raise PermissionDenied("cluster.use")


@page("ticket.handle")
@never_cache
@require_POST
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """One report of progress for all members that are this unit's; each gets its own event."""
    desk = sitting(request)
    found = _found(desk, pk)
    form = CommonForm(request.POST, auto_id="tell_%s")
    if not form.is_valid():
        return _show(request, desk, found, tell_form=form, status=422)
    told = clusters.do_report_to_all(
        clusters.members(desk.scope, pk),
        form.cleaned_data["note"],
        desk.actor,
        now=desk.now,
        book=desk.book,
        words_of=refusal_words,
    )
    return _told(request, desk, pk, told)


@page("ticket.handle")
@never_cache
@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """One reply for all members that are this unit's; each is reviewed and asked about by itself."""
    desk = sitting(request)
    found = _found(desk, pk)
    form = CommonReplyForm(request.POST, auto_id="reply_%s")
    if not form.is_valid():
        return _show(request, desk, found, reply_form=form, status=422)
    words = form.cleaned_data["reply"]
    told = clusters.do_tell_members(
        clusters.members(desk.scope, pk),
        lambda one: do_reply(one, words, desk.actor, now=desk.now, book=desk.book),
        words_of=refusal_words,
    )
    return _told(request, desk, pk, told)


def _told(request: HttpRequest, desk: Sitting, pk: int, told: list[Told]) -> HttpResponse:
    """Say how many were told, and which were not and why."""
    done = sum(not one.refused for one in told)
    if done:
        said = ngettext("Written into %(n)s ticket.", "Written into %(n)s tickets.", done) % {"n": done}
        messages.success(request, said)
    for one in told:
        if one.refused:
            said = _("Not in %(number)s: %(why)s") % {"number": one.number, "why": one.refused}
            messages.warning(request, said)
    if beyond := clusters.left_out(desk.scope, pk, len(told)):
        said = ngettext(
            "%(n)s more ticket is beyond the first %(most)s and was left out; open it by itself.",
            "%(n)s more tickets are beyond the first %(most)s and were left out; open them one by one.",
            beyond,
        )
        messages.warning(request, said % {"n": beyond, "most": clusters.MOST_MEMBERS})
    return redirect("cluster", pk=pk)


def _show(
    request: HttpRequest,
    desk: Sitting,
    found: Cluster,
    *,
    tell_form: CommonForm | None = None,
    reply_form: CommonReplyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    members = clusters.members(desk.scope, found.pk)
    mine = [one for one in members if desk.unit and one.lead_id == desk.unit]
    shown = {
        "desk": desk,
        "cluster": found,
        "members": members,
        "mine": mine,
        "hot": heat.heat_now(found, members, now=desk.now, book=desk.book),
        "decides": bool(desk.roles & DECIDERS) and desk.scope.everything,
        "may_tell": bool(mine) and bool(desk.roles & CLERKS),
        "tell_form": tell_form or CommonForm(auto_id="tell_%s"),
        "reply_form": reply_form or CommonReplyForm(auto_id="reply_%s"),
    }
    return render(request, "desk/cluster.html", shown, status=status)
