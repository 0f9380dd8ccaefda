"""The whistles of the simulated city: hard tickets for which a street calls others, in every state."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from jieban.city.book import Book
from jieban.city.units import district_above, hotline_code
from jieban.demo.people import clerk_of
from jieban.matters.rules import Actor
from jieban.people.roles import Role
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import WORKING
from jieban.whistle import actions as a
from jieban.whistle import following, joining
from jieban.whistle import workflow as w
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.queries import reports_of
from jieban.whistle.rating import StreetMarks, UnitMarks, do_rate_street, do_rate_unit, do_reveal
from jieban.whistle.rules import ATTENDANCE

type Act = Callable[[datetime], None]
type Agenda = Callable[[datetime, Act], None]

SHARE, SHARE_OF_HARD = 0.03, 0.15
"""How many of the tickets in work a street whistles for: whistles are for key and hard matters."""
HARD = "T4"
LINES = ("urban_enforcement", "urban_management", "housing", "market", "public_security", "fire", "water")
"""The lines of business that streets call most."""
TRIED = (
    "街道已两次上门劝导并张贴告知书，当事人拒不整改。",
    "社区已组织各方协商三次，街道城管队到场后因无执法权未能处理。",
    "街道已先行围挡并疏散群众，仍需专业部门处置。",
)
WORDS = (
    "请到现场联合查看，依职责提出处置意见并当场处理。",
    "请联合执法，依法清理并防止反弹。",
    "请派能够决定的人员到场，共同商定方案。",
)
RESULTS = {
    "yes": "已联合处置完毕，现场恢复正常，后续纳入日常巡查。",
    "partly": "已处置一部分，其余需要施工，已列入计划。",
    "no": "到场核实，现有条件下不能解决，已说明理由。",
}


class Whistling:
    """Blows whistles and plays what comes of them.

    ``at`` puts an act on the city's agenda; from ``leave_from`` on most work is left for the newcomer.
    """

    def __init__(self, book: Book, seed: int, at: Agenda, leave_from: datetime) -> None:
        self.book, self._at, self._leave_from = book, at, leave_from
        self.chance = random.Random(f"{seed}:whistles")
        self.verbs = 0

    def _rests(self, now: datetime) -> bool:
        return now > self._leave_from and self.chance.random() < 0.7

    def maybe(self, ticket: Ticket, now: datetime) -> None:
        """A street may blow for a ticket that it works on."""
        unit = self.book.units[ticket.lead_id or ""]
        share = SHARE_OF_HARD if ticket.tier == HARD or ticket.danger else SHARE
        if unit.kind != "street" or ticket.state not in WORKING or self.chance.random() > share:
            return
        district = district_above(self.book, unit)
        near = [
            one.code
            for one in self.book.units.values()
            if one.kind == "district_department" and one.parent == district and one.line in LINES
        ]
        near = [code for code in near if code not in ticket.recused]
        if not near:
            return
        called = self.chance.sample(near, min(len(near), self.chance.choice((1, 1, 2, 2, 3))))
        called += self._from_elsewhere(called[0]) if self.chance.random() < 0.08 else []
        kinds = ("emergency",) if ticket.danger else ("routine", "routine", "campaign", "enforcement")
        wish = a.Blow(
            self.chance.choice(kinds), called, self.chance.choice(WORDS), self.chance.choice(TRIED),
            place=ticket.address,
        )  # fmt: skip
        whistle = a.do_blow(wish, [ticket], clerk_of(unit), now=now, book=self.book)
        self.verbs += 1
        if self.chance.random() < 0.05:
            self._at(now + timedelta(minutes=20), lambda then: self._cancel(whistle.pk, then))
        for report in reports_of(whistle.pk):
            self._called(report, ticket, now)

    def _from_elsewhere(self, code: str) -> list[str]:
        """A department of the same line in another district, for a matter on the border of both."""
        unit = self.book.units[code]
        others = [
            one.code
            for one in self.book.units.values()
            if one.kind == unit.kind and one.line == unit.line and one.parent != unit.parent
        ]
        return [self.chance.choice(others)] if others else []

    def _called(self, report: ReportIn, ticket: Ticket, now: datetime) -> None:
        assert report.due_at is not None
        span, draw, pk = report.due_at - now, self.chance.random(), report.pk
        due = report.due_at
        if report.state == w.JOINING:
            self._at(now + span * 0.6, lambda then: self._join(pk, ticket, then))
            return
        if draw < 0.07:
            self._at(now + span * 0.3, lambda then: self._refuse(pk, ticket, then))
        elif draw < 0.97:
            self._at(now + span * 0.2, lambda then: self._acknowledge(pk, then))
            part = self.chance.uniform(0.4, 0.95) if draw < 0.85 else self.chance.uniform(1.1, 2)
            self._at(now + span * part, lambda then: self._arrive(pk, ticket, then))
        self._at(due, lambda then: self._late(pk, due, then))

    def _join(self, pk: int, ticket: Ticket, now: datetime) -> None:
        report = self._in(pk, w.JOINING)
        if not report or self._rests(now):
            return
        self.verbs += 1
        if self.chance.random() < 0.85:
            joining.do_join(report, "同意联合。", self._judge(report), now=now, book=self.book)
            self._called(report, ticket, now)
        else:
            joining.do_decline(report, "不在本区范围。", self._judge(report), now=now, book=self.book)
            self._over(report, ticket)

    def _acknowledge(self, pk: int, now: datetime) -> None:
        report = self._in(pk, w.CALLED)
        if report and not self._rests(now):
            a.do_acknowledge(report, self._own(report), now=now)
            self.verbs += 1

    def _late(self, pk: int, due: datetime, now: datetime) -> None:
        report = self._in(pk, *w.AWAITED)
        if report and report.due_at == due:
            following.do_mark([report], "late", now=now, book=self.book)
            self.verbs += 1
            report.refresh_from_db()
            if report.clock_at:
                self._at(report.clock_at, lambda then: self._late(pk, due, then))
            else:
                following.do_settle(report, now=now, book=self.book)

    def _arrive(self, pk: int, ticket: Ticket, now: datetime) -> None:
        report = self._in(pk, *w.AWAITED)
        if not report or self._rests(now):
            return
        level = self.chance.choices(ATTENDANCE, (5, 3, 1, 0.2))[0]
        a.do_arrive(report, "模拟到场人员", level, self._own(report), now=now, book=self.book)
        self.verbs += 1
        if self.chance.random() < 0.6:
            self._at(now + timedelta(hours=1), lambda then: self._act(pk, then))
        hours = self.chance.uniform(3, 40)
        self._at(now + timedelta(hours=hours), lambda then: self._give(pk, ticket, then))

    def _act(self, pk: int, now: datetime) -> None:
        report = self._in(pk, *w.WORKING)
        if report:
            a.do_act(report, "已到场查看并开始处置。", self._own(report), now=now)
            self.verbs += 1

    def _give(self, pk: int, ticket: Ticket, now: datetime) -> None:
        report = self._in(pk, *w.WORKING)
        if not report or self._rests(now):
            return
        solved = self.chance.choices(("yes", "partly", "no"), (7, 2, 1))[0]
        a.do_give(report, RESULTS[solved], solved, self._own(report), now=now, book=self.book)
        self.verbs += 1
        self._over(report, ticket)
        rates = ((self._rate_unit, 6.0), (self._rate_street, 20.0))
        for rate, hours in rates:
            if self.chance.random() < 0.8:
                self._at(now + timedelta(hours=hours), lambda then, rate=rate: rate(pk, then))  # type: ignore[misc]

    def _over(self, report: ReportIn, ticket: Ticket) -> None:
        """What the platform wrote on the ticket and the whistle, the play must know too."""
        ticket.refresh_from_db()
        whistle = Whistle.objects.get(pk=report.whistle)
        if whistle.state == w.DONE and whistle.clock_at is not None:
            self._at(whistle.clock_at, lambda then: self._reveal(whistle.pk, then))

    def _refuse(self, pk: int, ticket: Ticket, now: datetime) -> None:
        report = self._in(pk, *w.AWAITED)
        if report:
            joining.do_refuse(report, "经核实不属于本单位职责。", self._own(report), now=now, book=self.book)
            self.verbs += 1
            self._at(now + timedelta(hours=5), lambda then: self._rule(pk, ticket, then))

    def _rule(self, pk: int, ticket: Ticket, now: datetime) -> None:
        report = self._in(pk, w.REFUSED)
        if not report or self._rests(now):
            return
        accept = self.chance.random() < 0.3
        ruling = "理由成立，不需报到。" if accept else "属你单位职责，请立即报到。"
        joining.do_rule(report, accept, ruling, self._judge(report), now=now, book=self.book)
        self.verbs += 1
        if accept:
            self._over(report, ticket)
        else:
            self._at(now + timedelta(hours=2), lambda then: self._arrive(pk, ticket, then))

    def _judge(self, report: ReportIn) -> Actor:
        """The head of the district that rules, or the hotline's supervisor for a unit of the city."""
        code = report.copied_to[0]
        role = Role.SUPERVISOR if code == hotline_code(self.book) else Role.LEADER
        name = f"模拟负责人·{self.book.units[code].name}"
        return Actor("staff", f"simulated:{code}"[:40], name, frozenset({role}), code, frozenset({code}))

    def _rate_unit(self, pk: int, now: datetime) -> None:
        report = self._in(pk, w.RESULT)
        if report:
            base = {"yes": 85, "partly": 65, "no": 40}.get(report.solved, 50)
            marks = UnitMarks(60 if report.late else 95, self._mark(75), self._mark(base))
            street = clerk_of(self.book.units[report.sender_id])
            do_rate_unit(report, marks, street, now=now)
            self.verbs += 1

    def _rate_street(self, pk: int, now: datetime) -> None:
        report = self._in(pk, w.RESULT)
        if report:
            needed = self._mark(72)
            marks = StreetMarks(needed, self._mark(70), needed < 50)
            do_rate_street(report, marks, self._own(report), now=now)
            self.verbs += 1

    def _mark(self, middle: int) -> int:
        return max(0, min(100, round(self.chance.gauss(middle, 15))))

    def _reveal(self, pk: int, now: datetime) -> None:
        whistle = Whistle.objects.get(pk=pk)
        if whistle.state == w.DONE:
            do_reveal(whistle, now=now)
            self.verbs += 1

    def _cancel(self, pk: int, now: datetime) -> None:
        whistle = Whistle.objects.get(pk=pk)
        if whistle.state in w.RUNNING:
            a.do_cancel(
                whistle, "现场已自行解决。", clerk_of(self.book.units[whistle.lead_id or ""]), now=now
            )
            self.verbs += 1

    def _in(self, pk: int, *states: str) -> ReportIn | None:
        """The report-in as it is now, when it is in one of these states."""
        report = ReportIn.objects.get(pk=pk)
        return report if report.state in states else None

    def _own(self, report: ReportIn) -> Actor:
        """Staff of the unit, who may also refuse for it."""
        return clerk_of(self.book.units[report.lead_id or ""])
