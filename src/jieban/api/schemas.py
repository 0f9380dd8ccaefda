"""What the API takes and gives. Plain pydantic models: the framework's own schema validates each twice."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class TicketIn(BaseModel):
    """A request to be filed. Give ``title`` or ``text`` at least; the rest helps."""

    title: str = Field("", description="What it is about, in one line")
    text: str = Field("", description="What the person says, in his own words")
    time: str = Field("", description="When it happened: ISO 8601, or city time without a zone")
    requester: str = Field("", description="A stable id by which your system knows the person")
    phone: str = ""
    email: str = Field("", description="Where the person wants to be told of this request, besides his phone")
    language: str = Field("", description="en, where the person wants to be told in English")
    name: str = ""
    address: str = ""
    place: str = Field("", description="A place code of the city, where a person chose one")
    channel: str = Field("", description="The way it came to you: call, web, app …")
    category: str = Field("", description="Your own category name, as a hint")
    demand_type: str = Field("", description="CONSULT, HELP, COMPLAINT, REPORT, SUGGESTION or PRAISE")
    external_id: str = Field("", description="The number of the request in your system")
    answers: dict[str, str | int | float | bool | None] = Field(
        default_factory=dict,
        description="Answers to the form of the matter, by code of the field: wages.amount …",
    )
    secrecy: str = Field(
        "", description="confidential: only the hotline knows who it is; anonymous: no contact is kept"
    )
    on_behalf: str = Field("", description="For whom the person speaks: family, lawyer, organisation, other")
    represented: str = Field("", description="The name of whom he speaks for; kept sealed")
    minor: bool = Field(False, description="Whether the person, or whom he speaks for, is under age")
    requester_kind: str = Field("", description="person, legal_person or other_org")


class NamedCode(BaseModel):
    """A code of the city's reference data with its name."""

    code: str
    name: str


class TicketOut(BaseModel):
    """A ticket as a connected system sees it; words are masked.

    What the requester said of it is there in full (Ordinance Art. 28): each unit gets its own ratings.
    """

    number: str
    state: str
    state_name: str
    demand_type: str
    category: list[NamedCode]
    place: NamedCode | None
    unit: NamedCode | None
    queue: str
    title: str
    text: str
    secrecy: str = Field(
        "", description="confidential, anonymous or empty; words told in confidence are given to units alone"
    )
    opened_at: datetime
    due_at: datetime | None
    overdue: bool
    form: str = Field("", description="The form of the matter, such as wages; empty where it has none")
    answers: dict[str, str] = Field(default_factory=dict, description="Answers to it, by code of the field")
    missing: list[str] = Field(default_factory=list, description="What still has to be asked")
    visit_result: str = Field("", description="reached, unreachable, refused or anonymous, once called back")
    contacted: bool | None = Field(None, description="Whether the unit spoke with the requester, as he says")
    solved: str = Field("", description="What the requester said: yes, partly, no; empty before he was asked")
    satisfied: str = Field("", description="How satisfied the requester is; empty before he was asked")
    reasons: list[str] = Field(default_factory=list, description="Codes of callback_reasons for a bad rating")
    comment: str = Field("", description="What the requester said besides, masked")
    external_id: str
    simulated: bool


class Filed(BaseModel):
    """The answer to a request that was filed: its number, the requester's query code, and where it went."""

    result: str = Field(description="accepted, or duplicate when it was there already")
    number: str
    query_code: str
    state: str
    unit: NamedCode | None
    queue: str
    same_as: str = Field("", description="The earlier request of the same person that this one repeats")
    due_at: datetime | None
    confidence: float | None
    reasons: list[str]
    missing: list[str] = Field(default_factory=list, description="What still has to be asked")


class Acknowledged(BaseModel):
    """That an emergency line took a request over."""

    line: str = Field(description="The line that speaks: 110, 119, 120 or 122, as in handed_to")
    receipt: str = Field(max_length=100, description="Who took it there, by name, number or case id")


class Problem(BaseModel):
    """Why a call was refused: which field, what was wrong, what to do."""

    field: str
    reason: str
    remedy: str


class TicketList(BaseModel):
    """A page of tickets by time limit; send ``after`` back for the next page."""

    tickets: list[TicketOut]
    after: str = Field(description="Key of the next page; empty on the last")
