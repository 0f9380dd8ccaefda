"""What one requester has brought so far, and the flag that a supervisor may set (Ordinance Art. 9)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban.people.access import page
from jieban.people.flags import FlagRefused, do_flag, do_lift, flags_of
from jieban.people.roles import allowed
from jieban.tickets.models import Ticket
from jieban.web.desk import queries
from jieban.web.desk.forms_protection import FlagForm
from jieban.web.desk.sitting import Sitting, sitting, ticket_or_refuse


@page("requester.view")
@never_cache
@require_GET
def requester(request: HttpRequest, number: str) -> HttpResponse:
    """The requester of a ticket: earlier tickets, counts, flags. Six SQL statements.

    Not for units: a unit sees its own tickets alone, not what a requester brought elsewhere.
    """
    desk = sitting(request)
    return _show(request, desk, ticket_or_refuse(desk, number))


@page("requester.flag")
@never_cache
@require_POST
def flag(request: HttpRequest, number: str) -> HttpResponse:
    """Set the flag, or lift it."""
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    form = FlagForm(request.POST)
    if ticket.requester is None or not form.is_valid():
        return _show(request, desk, ticket, form=form, status=422)
    do = do_lift if request.POST.get("decision") == "lift" else do_flag
    try:
        do(desk.account, ticket.requester, form.cleaned_data["reason"], now=desk.now)
    except FlagRefused as error:
        return _show(request, desk, ticket, form=form, refused=str(error), status=422)
    messages.success(request, _("Noted with your name and reason."))
    return redirect("requester", number=number)


def _show(
    request: HttpRequest,
    desk: Sitting,
    ticket: Ticket,
    *,
    form: FlagForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    flags = flags_of(ticket.requester)
    shown = {
        "desk": desk,
        "ticket": ticket,
        "tickets": queries.of_requester(desk.scope, ticket.requester, most=20),
        "flags": flags,
        "flag": next((one for one in flags if one.lifted_at is None), None),
        "may_flag": allowed("requester.flag", desk.roles) and ticket.requester is not None,
        "form": form or FlagForm(),
        "refused": refused,
    }
    return render(request, "desk/requester.html", shown, status=status)
