"""Whistle and report-in as the engine of matters sees them."""

from jieban.matters.kinds import Kind
from jieban.whistle import flow
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.workflow import REPORT_WORKFLOW, WORKFLOW

WHISTLE = Kind(
    name="whistle",
    model=Whistle,
    workflow=WORKFLOW,
    flow=flow.FLOW,
    clocks=flow.CLOCKS,
    notices=flow.NOTICES,
)
REPORT = Kind(
    name="report",
    model=ReportIn,
    workflow=REPORT_WORKFLOW,
    flow=flow.REPORT_FLOW,
    clocks=flow.REPORT_CLOCKS,
    notices=flow.REPORT_NOTICES,
)
