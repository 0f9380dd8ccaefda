"""The addresses of the pages."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from jieban.web import attached, knowledge, my, rating, site

urlpatterns: list[URLPattern | URLResolver] = [
    path("", site.home, name="home"),
    path("sign-in/", site.sign_in, name="sign_in"),
    path("sign-out/", site.sign_out, name="sign_out"),
    path("language/", site.language, name="language"),
    path("text-size/", site.text_size, name="text_size"),
    path("healthz", site.healthz, name="healthz"),
    path("file/", include("jieban.intake.urls")),
    path("my/", my.lookup, name="my"),
    path("my/<slug:number>/", my.ticket, name="my_ticket"),
    path("my/<slug:number>/urge/", my.urge, name="my_urge"),
    path("my/<slug:number>/more/", my.amend, name="my_amend"),
    path("my/<slug:number>/answers/", my.answer, name="my_answer"),
    path("my/<slug:number>/rate/<slug:token>/", rating.by_link, name="my_rate"),
    path("my/<slug:number>/photo/<slug:sha256>.jpg", attached.my_photo, name="my_photo"),
    path("photo/<slug:number>/<slug:sha256>.jpg", attached.ticket_photo, name="ticket_photo"),
    path("knowledge/", knowledge.ask, name="knowledge"),
    path("knowledge/<int:pk>/", knowledge.read, name="knowledge_article"),
    path("rates/", include("jieban.assessment.urls")),
]

if find_spec("jieban.web.staff_urls"):
    urlpatterns.append(path("desk/", include("jieban.web.staff_urls")))
