"""Sends with Open edX's event-routing-backends: its transformers, envelope, configuration, router and
HTTP client, fed with tracking events as the LMS emits them. Prints what went through the router.

Three modules of edx-platform, which is in no registry, are stood in for: who a user is, the pseudonym
that stands for them, and the name of a course. Everything else is the package's own.
"""

import json
import os
import sys
import types
import uuid
from pathlib import Path

import django
from django.conf import settings

# As the model names it; the usual settings write it small, which only MySQL takes for the same.
BACKEND = "Caliper"
LMS = "https://lms.example.edu"
ROUTE_URL = os.environ["NONIUS_URL"] + "/caliper/v1p2/events"


def stand_in(name, **members):
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:end]), types.ModuleType(parts[end - 1]))
    for member, value in members.items():
        setattr(sys.modules[name], member, value)


class ExternalId:
    """The pseudonym of a user: always the same one."""

    def __init__(self, user):
        self.external_user_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{LMS}/user/{user.pk}")

    @classmethod
    def add_new_user_id(cls, user, _type_name):
        return cls(user), True


stand_in("common.djangoapps.student.models", get_potentially_retired_user_by_username=lambda _: None)
stand_in(
    "openedx.core.djangoapps.content.course_overviews.api",
    get_course_overviews=lambda keys: [{"display_name": f"Course {key}", "id": str(key)} for key in keys],
)
stand_in(
    "openedx.core.djangoapps.external_user_ids.models",
    ExternalId=ExternalId,
    ExternalIdType=type("ExternalIdType", (), {"CALIPER": "caliper", "XAPI": "xapi", "LTI": "lti"}),
)

settings.configure(
    SECRET_KEY="not a secret: a database in memory, for one run",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "config_models",
        "celery_utils",
        "event_routing_backends",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
    LMS_ROOT_URL=LMS,
    CALIPER_EVENTS_ENABLED=True,
    CALIPER_EVENT_LOGGING_ENABLED=False,
    EVENT_ROUTING_BACKEND_BATCHING_ENABLED=False,
)
django.setup()

# Imported only now: they read the settings.
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from event_routing_backends.backends.sync_events_router import SyncEventsRouter  # noqa: E402
from event_routing_backends.models import RouterConfiguration  # noqa: E402
from event_routing_backends.processors.caliper.envelope_processor import (  # noqa: E402
    CaliperEnvelopeProcessor,
)
from event_routing_backends.processors.caliper.transformer_processor import (  # noqa: E402
    CaliperProcessor,
)
from event_routing_backends.utils.http_client import HttpClient  # noqa: E402

call_command("migrate", run_syncdb=True, verbosity=0)
get_user_model().objects.create(id=7, username="learner")
RouterConfiguration.objects.create(
    backend_name=BACKEND,
    enabled=True,
    route_url=ROUTE_URL,
    auth_scheme=RouterConfiguration.AUTH_BEARER,
    auth_key=os.environ["NONIUS_KEY"],
    configurations={},
)

sent = []


def remember(envelopes):
    sent.extend(envelopes)
    return envelopes


router = SyncEventsRouter(
    processors=[CaliperProcessor(), CaliperEnvelopeProcessor(sensor_id=LMS), remember],
    backend_name=BACKEND,
)
log = Path(__file__).with_name("tracking-log.jsonl").read_text()
failures = []
for line in filter(None, log.splitlines()):
    event = json.loads(line)
    try:
        router.send(event)
    except Exception as error:  # what the router says, the test shows
        failures.append(f"{event['name']}: {type(error).__name__} {error}")

# What the router posts when it batches. This version of it never comes so far with Caliper: it looks
# for the `id` of each envelope, which has none. Its HTTP client does what earlier versions did.
client = HttpClient(
    url=ROUTE_URL,
    auth_scheme=RouterConfiguration.AUTH_BEARER,
    auth_key=os.environ["NONIUS_KEY"],
)
try:
    client.bulk_send(sent)
except Exception as error:
    failures.append(f"batch: {type(error).__name__} {error}")

print(json.dumps({"envelopes": sent, "failures": failures}))
