"""The addresses of the pages."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from jieban.web import site

urlpatterns: list[URLPattern | URLResolver] = [
    path("", site.home, name="home"),
    path("sign-in/", site.sign_in, name="sign_in"),
    path("sign-out/", site.sign_out, name="sign_out"),
    path("language/", site.language, name="language"),
    path("text-size/", site.text_size, name="text_size"),
    path("healthz", site.healthz, name="healthz"),
    path("my/", site.home, name="my"),
    path("rates/", site.home, name="rates"),
]

if find_spec("jieban.web.staff_urls"):
    urlpatterns.append(path("work/", include("jieban.web.staff_urls")))
