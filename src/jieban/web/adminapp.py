"""Django's name of the admin, with the site of the house in place of its own."""

from django.contrib.admin.apps import AdminConfig


class HouseAdminConfig(AdminConfig):
    """``django.contrib.admin`` with ``web.adminsite``."""

    default_site = "jieban.web.adminsite.HouseAdminSite"
