"""The door for the web server: each web process is warm before it takes its first request."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jieban.settings")

application = get_wsgi_application()

from jieban.cli.warm import warm  # noqa: E402 (only once Django is set up)

warm()
