"""The messages of one's unit, and the notices that could not be sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban.notices import queries
from jieban.notices.actions import do_mark_read, do_try_again
from jieban.notices.models import STATE_NAMES, Inbox
from jieban.people.access import page
from jieban.people.roles import allowed
from jieban.tickets.names import VERB_NAMES
from jieban.web.desk.sitting import sitting

MEDIUM_NAMES = {"sms": gettext_lazy("text message"), "email": gettext_lazy("e-mail")}
AUDIENCE_NAMES = {
    "requester": gettext_lazy("requester"),
    "lead": gettext_lazy("lead unit"),
    "former": gettext_lazy("unit that had it before"),
    "copied": gettext_lazy("unit with a copy"),
    "sender": gettext_lazy("unit that asked"),
    "hotline": gettext_lazy("hotline"),
}
DAYS = 7


@page("work.view")
@never_cache
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What one's unit was told, newest first. Two SQL statements of its own."""
    desk = sitting(request)
    found, after = queries.messages(desk.unit, request.GET.get("after", "")) if desk.unit else ([], "")
    shown = {
        "desk": desk,
        "rows": [(row, address_of(row)) for row in found],
        "upto": queries.read_upto(desk.account),
        "newest": found[0].pk if found else 0,
        "next": f"{request.path}?after={after}" if after else "",
    }
    return render(request, "desk/messages.html", shown)


PAGES = {"ticket": "ticket", "whistle": "whistle", "oversight": "oversight_case"}
"""What a number is of -> the name of the address where it is found."""


def address_of(row: Inbox) -> str:
    """Where the matter of a message is found; nothing where it has no page of its own."""
    try:
        return reverse(PAGES[row.page], args=[row.number])
    except (KeyError, NoReverseMatch):
        return ""


@page("work.view")
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """All up to the one that stood on top is read."""
    given = request.POST.get("upto", "")
    if given.isascii() and given.isdigit() and len(given) < 19:
        do_mark_read(sitting(request).account, int(given))
    return redirect("messages")


@page("notice.view")
@never_cache
@require_GET
def outgoing(request: HttpRequest) -> HttpResponse:
    """What could not be sent, and how much was sent lately. Five SQL statements of its own."""
    desk = sitting(request)
    rows, after = queries.undone(request.GET.get("after", ""))
    shown = {
        "desk": desk,
        "rows": [_Row(row) for row in rows],
        "stuck": queries.stuck(),
        "counts": [
            {
                "medium": MEDIUM_NAMES.get(medium, medium),
                "state": STATE_NAMES.get(state, state),
                "count": count,
            }
            for medium, state, count in queries.states_since(desk.now - timedelta(days=DAYS))
        ],
        "days": DAYS,
        "waiting": queries.waiting(),
        "may_send": allowed("notice.send", desk.roles),
        "next": f"{request.path}?after={after}" if after else "",
    }
    return render(request, "desk/outgoing.html", shown)


@page("notice.send")
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Let messages that were given up be tried once more: those chosen, or all."""
    desk = sitting(request)
    chosen = [int(key) for key in request.POST.getlist("chosen") if key.isascii() and key.isdigit()]
    every = request.POST.get("all") == "1"
    if not every and not chosen:
        flashes.warning(request, _("Choose the messages that are to be tried again."))
        return redirect("outgoing")
    count = do_try_again(None if every else chosen[:1000], now=desk.now)
    words = ngettext("%(n)d message will be tried again.", "%(n)d messages will be tried again.", count)
    flashes.success(request, words % {"n": count})
    return redirect("outgoing")


class _Row:
    """A delivery in words; its address and text stay sealed."""

    def __init__(self, row: Any) -> None:
        self.pk, self.number, self.at, self.tries = row.pk, row.number, row.at, row.tries
        self.medium = MEDIUM_NAMES.get(row.medium, row.medium)
        self.audience = AUDIENCE_NAMES.get(row.audience, row.audience)
        self.verb = VERB_NAMES.get(row.verb, "") if row.kind == "ticket" else ""
        self.stale = row.problem == "stale"
        self.why = _("It became too old to be sent.") if self.stale else row.problem or STATE_NAMES[row.state]
