"""The frame of the site: first page, sign-in, language, size of type, and whether all is well."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.i18n import set_language

from jieban.people.access import public
from jieban.web import throttle
from jieban.web.context import LARGE_TEXT_COOKIE

YEAR = 365 * 24 * 3600

EMERGENCY = (
    ("110", _("police")),
    ("119", _("fire, rescue")),
    ("120", _("ambulance")),
    ("122", _("road accident")),
)
"""The national lines to which what cannot wait is handed (Ordinance Art. 11 ¶3 (1))."""


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The promise, the sheet of paper, and the other ways in. No SQL statement of its own."""
    return render(request, "web/home.html", {"emergency": EMERGENCY})


class SignIn(LoginView):
    """The door of those who work here. After too many failures even the right password has to wait."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look at the password, unless it was tried too often."""
        limits = throttle.sign_in_limits(request, request.POST.get("username", ""))
        if throttle.too_many(limits):
            form = AuthenticationForm(request, initial={"username": request.POST.get("username", "")})
            shown = self.get_context_data(form=form, tried_too_often=True)
            return render(request, self.template_name, shown, status=429)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        if answer.status_code == 200:  # the page once more: it was wrong
            throttle.count_failure(limits)
        return answer

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """In: the failures of before were his own."""
        throttle.forget_name(form.cleaned_data["username"])
        return super().form_valid(form)


sign_in = public(SignIn.as_view())
sign_out = public(LogoutView.as_view(next_page="/"))


@public
@require_http_methods(["GET", "POST"])
def language(request: HttpRequest) -> HttpResponseBase:
    """Choose the language; as a page of its own for those who come by its address."""
    if request.method == "POST":
        return set_language(request)
    return render(request, "web/language.html")


@public
@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Larger or normal type, kept in a cookie for a year."""
    answer = redirect(_way_back(request))
    if request.POST.get("large") == "1":
        answer.set_cookie(LARGE_TEXT_COOKIE, "1", max_age=YEAR, samesite="Lax")
    else:
        answer.delete_cookie(LARGE_TEXT_COOKIE)
    return answer


@public
@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """``ok`` when the database answers. One SQL statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def _way_back(request: HttpRequest) -> str:
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if safe else "/"
