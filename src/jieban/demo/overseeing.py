"""Oversight and exclusion in the simulated city: some cases on each rung, some applications in each state."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.demo.people import RULER, clerk_of
from jieban.exclusion.actions import Application, do_appeal, do_apply, do_approve, do_refuse
from jieban.exclusion.models import Exclusion
from jieban.exclusion.rules import reasons
from jieban.matters.actors import PLATFORM
from jieban.oversight import workflow as o
from jieban.oversight.actions import do_accept, do_answer, do_late, do_supervise
from jieban.oversight.models import Case
from jieban.oversight.tasks import scan_all
from jieban.tickets import workflow as t
from jieban.tickets.models import Ticket

APPLICATIONS = 12
SUPERVISED = 14
WHY = "请说明未按时解决的原因、已采取的措施和完成时间。"
MEASURES = (
    "已由分管负责人带队到场，更换损坏部件，并向诉求人当面说明，三日内复查。",
    "已会同产权单位制定处置方案，明确完成时限，由专人每日联系诉求人。",
)
GROUNDS = "经现场核实并核对资料，诉求事项不在本单位职责范围内，已向诉求人解释，附现场记录。"
RULING = "经核对工单、通话记录和现场记录，理由成立。"
REFUSAL = "现有材料不能证明该事项不在职责范围内，应继续办理。"
APPEAL = "补充三定方案和划转文件，请重新认定职责归属。"


def oversee(book: Book, end: datetime, seed: int) -> int:
    """Let the triggers find what they find at ``end``, and play some of what follows; gives the verbs."""
    chance = random.Random(f"{seed}:oversight")
    with transaction.atomic():
        verbs = 2 * scan_all(end, book) + sum(_seen(ticket, end, book, chance) for ticket in _late())
        verbs += sum(_follow(case, end, book, chance) for case in Case.objects.filter(simulated=True))
        return verbs + sum(_apply(ticket, end, book, chance) for ticket in _closed_lately(end))


def _late() -> list[Ticket]:
    """Open tickets that went badly: overdue ones, then those to be done again. One SQL statement."""
    open_ = Ticket.objects.filter(state__in=(*t.AT_THE_UNIT, t.CALLBACK), simulated=True)
    return list(open_.order_by("-overdue", "-redone", "pk")[:SUPERVISED])


def _seen(ticket: Ticket, end: datetime, book: Book, chance: random.Random) -> int:
    """The hotline puts a ticket under supervision: it is late, in the papers, or a leader has asked."""
    measures = ("overdue_hours",) if ticket.overdue else ("media", "instruction")
    rows = book.current("oversight_triggers", local_day(book, end))
    fitting = [row.code for row in rows if row.measure in measures]
    if not fitting or Case.objects.filter(ticket=ticket.pk).exists():
        return 0
    do_supervise(ticket, chance.choice(fitting), WHY, RULER, now=end, book=book)
    return 2


def _follow(case: Case, end: datetime, book: Book, chance: random.Random) -> int:
    """Most cases wait for an answer; some have one, some are settled, some went up a rung unanswered."""
    draw = chance.random()
    if case.state != o.OPENED or draw < 0.55:
        return 0
    if draw < 0.7:
        do_late(case, PLATFORM, now=end, book=book)
        return 1
    do_answer(case, chance.choice(MEASURES), clerk_of(book.units[str(case.lead_id)]), now=end)
    if draw < 0.85:
        return 1
    do_accept(case, "", RULER, now=end, book=book)
    return 3


def _closed_lately(end: datetime) -> list[Ticket]:
    """Tickets that were closed in the last days and whose requester was not served. One SQL statement."""
    closed = Ticket.objects.filter(state=t.CLOSED, simulated=True, solved="no", lead__isnull=False)
    asked = Exclusion.objects.filter(ticket=OuterRef("pk"))  # an earlier play may have asked already
    lately = closed.filter(~Exists(asked), closed_at__gt=end - timedelta(days=5), closed_at__lte=end)
    return list(lately.order_by("pk")[:APPLICATIONS])


def _apply(ticket: Ticket, end: datetime, book: Book, chance: random.Random) -> int:
    """A unit applies; the hotline has decided on most applications."""
    plain = [row.code for row in reasons(book, local_day(book, end)) if not row.needs and row.days]
    clerk = clerk_of(book.units[str(ticket.lead_id)])
    exclusion = do_apply(ticket, Application(chance.choice(plain), GROUNDS), clerk, now=end, book=book)
    draw = chance.random()
    if draw < 0.4:
        return 2
    if draw < 0.7:
        do_approve(exclusion, RULING, RULER, now=end, book=book)
        return 4
    return 3 + _refuse(exclusion, draw > 0.85, end, book)


def _refuse(exclusion: Exclusion, appeal: bool, end: datetime, book: Book) -> int:
    do_refuse(exclusion, REFUSAL, RULER, now=end, book=book)
    if appeal:
        do_appeal(exclusion, APPEAL, clerk_of(book.units[str(exclusion.lead_id)]), now=end, book=book)
    return int(appeal)
