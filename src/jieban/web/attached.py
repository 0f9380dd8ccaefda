"""The photos of a ticket, for those who may see the ticket and for nobody else."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from jieban.city.queries import book
from jieban.intake import draft as drafts
from jieban.matters.attachments import path_of
from jieban.matters.models import Attachment
from jieban.people.access import account_of, page, public
from jieban.tickets.models import Ticket
from jieban.tickets.queries import by_number, scope_of


@public
@require_GET
@cache_control(private=True, max_age=3600)
def my_photo(request: HttpRequest, number: str, sha256: str) -> HttpResponseBase:
    """A photo of the requester's own ticket; ``?small=1`` for the small copy. Two SQL statements."""
    ticket = by_number(number)
    if ticket is None or not drafts.is_mine(request.session, ticket.pk):
        raise Http404
    return _photo(request, ticket, sha256)


@page("ticket.view")
@require_GET
@cache_control(private=True, max_age=3600)
def ticket_photo(request: HttpRequest, number: str, sha256: str) -> HttpResponseBase:
    """A photo of a ticket that lies in the scope of the member of staff. Two SQL statements."""
    ticket = by_number(number, scope_of(account_of(request), book()))
    if ticket is None:
        raise Http404
    return _photo(request, ticket, sha256)


def _photo(request: HttpRequest, ticket: Ticket, sha256: str) -> HttpResponseBase:
    if not Attachment.objects.filter(matter=ticket.pk, sha256=sha256).exists():
        raise Http404
    path = path_of(sha256, small="small" in request.GET)
    if not path.exists():
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/jpeg")
