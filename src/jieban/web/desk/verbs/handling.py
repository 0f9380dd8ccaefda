"""The verbs of a unit: sign, contact, reply, review, progress; and the hotline's contact in its place."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.handling import actions as handling
from jieban.handling.relaying import do_relay
from jieban.tickets.clocks import contact_by
from jieban.tickets.models import Ticket
from jieban.tickets.queries import refusals
from jieban.web.desk import forms as f
from jieban.web.desk.forms_handling import RelayForm, ReplyForm
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb
from jieban.web.words import when_words


def _sign(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_sign(ticket, desk.actor, now=desk.now, book=desk.book)


def _signed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    by = contact_by(ticket.row(), desk.book)
    when = when_words(by, desk.now) if by else ""
    return _(
        "Signed for. Next: reach the requester by %(when)s. Signing cannot be taken back; "
        "if it is not your duty, you can still object."
    ) % {"when": when}


def _contact(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_contact(
        ticket, given["outcome"], given["note"], desk.actor, now=desk.now, book=desk.book
    )


def _contacted(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    if given["outcome"] in ("reached", "visited"):
        return _("Noted: you have talked with the requester. If that was a slip, note a second contact.")
    return _("Noted: the requester was not reached. This does not count as contact yet; try again later.")


def _progress(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_progress(ticket, given["note"], desk.actor, now=desk.now, book=desk.book)


def _progressed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("The requester can read this now. To correct it, report once more; nothing is wiped out.")


def _reply(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    found = handling.Findings(given["basis"], given["true"], given["met_at"], given["met_where"])
    return handling.do_reply(
        ticket,
        given["reply"],
        desk.actor,
        now=desk.now,
        book=desk.book,
        outcome=given["outcome"],
        findings=found,
        drafted=given["drafted"],
    )


def _replied(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Your reply lies with your reviewer. A mistake in it? Ask the reviewer to send it back.")


def _no_reply_yet(ticket: Ticket, desk: Sitting) -> str:
    """One SQL statement, and only where nobody has reached a requester who can be reached."""
    if ticket.contacted_at is not None or ticket.secrecy == "anonymous":
        return ""
    if refusals(ticket.pk) >= int(desk.book.rule("exclusion.refused_contacts", desk.today)):
        return ""
    if ticket.secrecy == "confidential":
        return _("The hotline speaks with the requester for you; you can reply when it has.")
    return _("First reach the requester and note the contact; then you can reply.")


def _no_contact(ticket: Ticket, desk: Sitting) -> str:
    if ticket.secrecy == "anonymous":
        return _("The requester gave no name and no number. Handle it, then reply.")
    if ticket.secrecy == "confidential":
        return _("The requester stays unknown to units. The hotline has this ticket on its list of calls.")
    return ""


def _relay(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_relay(ticket, given["words"], given["outcome"], desk.actor, now=desk.now, book=desk.book)


def _relayed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    if given["outcome"] == "reached":
        return _("Noted. The unit reads what the requester said, and can go on.")
    return _("Noted: the requester was not reached. Try again later.")


def _wants_relay(ticket: Ticket, desk: Sitting) -> bool:
    return ticket.secrecy == "confidential"


def _review(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    approve = given["decision"] == "yes"
    return handling.do_review(ticket, approve, given["note"], desk.actor, now=desk.now, book=desk.book)


def _reviewed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    if given["decision"] == "yes":
        return _(
            "Submitted to the hotline. It cannot be called back; "
            "when the time limit is reached, the requester is asked."
        )
    return _("Sent back to the clerk with your note.")


VERBS = (
    Verb(
        "sign", ("sign",), gettext_lazy("Sign for it"), f.BareForm, _sign, _signed,
        (Button(gettext_lazy("We take it on")),),
    ),
    Verb(
        "contact", ("contact",), gettext_lazy("Note a contact"), f.ContactForm, _contact, _contacted,
        (Button(gettext_lazy("Note it")),), _no_contact,
    ),
    Verb(
        "relay", ("relay",), gettext_lazy("Speak for the unit"), RelayForm, _relay, _relayed,
        (Button(gettext_lazy("Note it")),), offered=_wants_relay,
    ),
    Verb(
        "reply", ("reply",), gettext_lazy("Write the reply"), ReplyForm, _reply, _replied,
        (Button(gettext_lazy("Give it to the reviewer")),), _no_reply_yet,
    ),
    Verb(
        "review", ("approve_reply", "reject_reply"), gettext_lazy("Review the reply"), f.ReviewForm,
        _review, _reviewed,
        (
            Button(gettext_lazy("Submit to the hotline"), "yes"),
            Button(gettext_lazy("Send back"), "no", "quiet"),
        ),
    ),
    Verb(
        "progress", ("progress",), gettext_lazy("Report progress"), f.ProgressForm, _progress, _progressed,
        (Button(gettext_lazy("Report")),),
    ),
)  # fmt: skip
