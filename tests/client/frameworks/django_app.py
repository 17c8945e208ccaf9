"""Callbacks of all three providers in Django: the view and its URL; the settings are only what a test needs."""

from functools import partial

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from emulator.client import Callbacks, Report, smscenter, smsoffice, ubill

taken: list[Report] = []
"""Yours: write it to the database, tell the shop."""

CALLBACKS = {
    "smsoffice": Callbacks(partial(smsoffice.parse_callback, token=("token", "in-the-url")), taken.append),
    "ubill": Callbacks(partial(ubill.parse_callback, key="callback-key"), taken.append),
    "smscenter": Callbacks(partial(smscenter.parse_callback, secret="secret"), taken.append),
}


@csrf_exempt
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    reply = CALLBACKS[provider].answer([*request.GET.items(), *request.POST.items()])
    return HttpResponse(reply.body, status=reply.status, headers=dict(reply.headers))


urlpatterns = [path("sms/<provider>", callback)]

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"])
    django.setup()
