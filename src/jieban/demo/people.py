"""The people of the simulated city: units with habits of their own, and requesters with answers."""

from __future__ import annotations

import random
from dataclasses import dataclass

from jieban.callback.actions import Answers
from jieban.city.rows import Unit
from jieban.matters.rules import Actor
from jieban.people.roles import Role


@dataclass(frozen=True, slots=True)
class Habits:
    """How a unit works: shares between 0 and 1; ``pace`` is the part of the limit that it usually takes."""

    pace: float
    late: float
    care: float
    skill: float
    manner: float


def habits_of(unit: str, seed: int) -> Habits:
    """A unit's habits: the same for the same seed, and different from unit to unit."""
    chance = random.Random(f"{seed}:{unit}")
    good = chance.betavariate(5, 2)
    return Habits(
        pace=0.25 + 0.5 * (1 - good) + 0.1 * chance.random(),
        late=0.02 + 0.18 * (1 - good),
        care=0.82 + 0.17 * good,
        skill=0.55 + 0.42 * good,
        manner=0.60 + 0.37 * good,
    )


def drift(habits: Habits, day: int) -> Habits:
    """Units learn: a little better with every day, the weak ones faster."""
    gain = min(day, 90) / 900 * (1.2 - habits.skill)
    return Habits(
        habits.pace, habits.late * (1 - gain), habits.care, habits.skill + gain, habits.manner + gain
    )


def clerk_of(unit: Unit) -> Actor:
    """The simulated staff of a unit, who clerk and review."""
    return Actor(
        "staff",
        f"simulated:{unit.code}"[:40],
        f"模拟承办人·{unit.name}",
        frozenset({Role.CLERK, Role.REVIEWER}),
        unit.code,
        frozenset({unit.code}),
    )


def reviewer_of(unit: Unit) -> Actor:
    """The simulated colleague who reviews what the clerk wrote."""
    return Actor(
        "staff",
        f"simulated:{unit.code}:r"[:40],
        f"模拟审核人·{unit.name}",
        frozenset({Role.REVIEWER}),
        unit.code,
        frozenset({unit.code}),
    )


DISPATCHER = Actor("staff", "simulated:dispatcher", "模拟派单员", frozenset({Role.DISPATCHER}), "hotline")
RULER = Actor("staff", "simulated:supervisor", "模拟值班长", frozenset({Role.SUPERVISOR}), "hotline")
CALLER = Actor("staff", "simulated:caller", "模拟回访员", frozenset({Role.CALLER}), "hotline")
CHECKER = Actor("staff", "simulated:checker", "模拟复核员", frozenset({Role.CALLER}), "hotline")


def answers_of(habits: Habits, late: bool, hard: bool, chance: random.Random) -> Answers:
    """What a requester says: skill solves, manner satisfies, lateness and hard matters cost."""
    contacted = chance.random() < habits.care
    solving = habits.skill - (0.25 if late else 0) - (0.2 if hard else 0)
    draw = chance.random()
    solved = "yes" if draw < solving else "partly" if draw < solving + 0.08 else "no"
    pleased = habits.manner - (0.15 if late else 0) + {"yes": 0.12, "partly": -0.1, "no": -0.45}[solved]
    draw = chance.random()
    satisfied = "satisfied" if draw < pleased else "basic" if draw < pleased + 0.12 else "dissatisfied"
    return Answers(contacted, solved, satisfied, reasons=_reasons(contacted, solved, satisfied, chance))


def _reasons(contacted: bool, solved: str, satisfied: str, chance: random.Random) -> tuple[str, ...]:
    """Why he says no, by the codes of Beijing (``callback_reasons.csv``)."""
    why = []
    if not contacted:
        why.append(chance.choice(("C1", "C2", "C3", "C4")))
    if solved != "yes":
        why.append(
            chance.choice(("S2", "S3", "S5", "S6") if solved == "partly" else ("S1", "S2", "S3", "S4"))
        )
    if satisfied == "dissatisfied":
        why.append(chance.choice(("D1", "D2", "D3", "D4", "D5")))
    return tuple(why)


REPLIES = (
    "工作人员已与您联系并到现场查看，问题已处理完毕，后续会加强巡查，如再发生请随时联系我们。",
    "经核实您反映的情况属实，已督促责任方整改，今天已完成，现场照片已留存。",
    "已协调相关单位到场处理，目前恢复正常，并向您电话说明了处理结果。",
    "您反映的情况已登记并安排处理，因需要施工配合，计划一周内完成，期间会向您通报进展。",
    "已向您解释相关政策规定，并告知办理所需材料和地点，如有疑问可直接与我们联系。",
)
OBJECTIONS = (
    "该事项不属于本单位职责，按派单目录应由行业主管部门办理。",
    "诉求地点不在本辖区，请核实后改派。",
)
