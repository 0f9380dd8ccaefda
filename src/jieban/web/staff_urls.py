"""The addresses of staff, below /desk/."""

from __future__ import annotations

from django.urls import path

from jieban.web.desk import calls, checks, dispatching, home, lists, seat, ticket

urlpatterns = [
    path("", home.work, name="work"),
    path("tickets/", lists.ticket_list, name="ticket_list"),
    path("tickets/<slug:number>/", ticket.ticket, name="ticket"),
    path("tickets/<slug:number>/contact-data/", ticket.unmask, name="ticket_unmask"),
    path("tickets/<slug:number>/<slug:verb>/", ticket.say, name="ticket_say"),
    path("dispatch/", dispatching.desk, name="dispatch_desk"),
    path("dispatch/<slug:number>/", dispatching.at_ticket, name="dispatch_ticket"),
    path("dispatch/<slug:number>/send/", dispatching.send, name="dispatch_send"),
    path("dispatch/<slug:number>/<slug:verb>/", dispatching.say, name="dispatch_say"),
    path("calls/", calls.call_list, name="call_list"),
    path("calls/second/", checks.check_list, name="check_list"),
    path("calls/checks/", checks.agreement, name="check_figures"),
    path("calls/second/<slug:number>/", checks.script, name="check_script"),
    path("calls/second/<slug:number>/contact-data/", checks.reveal, name="check_reveal"),
    path("calls/second/<slug:number>/answers/", checks.answers, name="check_answers"),
    path("calls/second/<slug:number>/not-reached/", checks.not_reached, name="check_missed"),
    path("calls/<slug:number>/", calls.script, name="call_script"),
    path("calls/<slug:number>/contact-data/", calls.reveal, name="call_reveal"),
    path("calls/<slug:number>/answers/", calls.answers, name="call_answers"),
    path("calls/<slug:number>/not-reached/", calls.not_reached, name="call_missed"),
    path("take-in/", seat.take_in, name="take_in"),
    path("take-in/understood/", seat.understood, name="take_in_understood"),
    path("take-in/<slug:number>/", seat.taken, name="taken"),
    path("objections/", lists.objections, name="objections"),
]
