"""An LMS of Open edX as far as event-routing-backends looks at one: settings, a learner, her events.

Three modules of edx-platform, which is in no registry, are stood in for: who a user is, the pseudonym
that stands for them, and the name of a course. Everything else is the package's own.
"""

import json
import sys
import types
import uuid
from pathlib import Path

import django
from django.conf import settings

LMS = "https://lms.example.edu"


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
    XAPI_EVENTS_ENABLED=True,
    XAPI_EVENT_LOGGING_ENABLED=False,
    XAPI_AGENT_IFI_TYPE="external_id",
    CALIPER_EVENT_LOGGING_ENABLED=False,
    EVENT_ROUTING_BACKEND_BATCHING_ENABLED=False,
)
django.setup()

# Imported only now: they read the settings.
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402

call_command("migrate", run_syncdb=True, verbosity=0)
get_user_model().objects.create(id=7, username="learner")


def tracking_events():
    log = Path(__file__).with_name("tracking-log.jsonl").read_text()
    return [json.loads(line) for line in filter(None, log.splitlines())]


def send_each(router):
    """Sends the events one by one. Returns what the router says of those that it could not send."""
    failures = []
    for event in tracking_events():
        try:
            router.send(event)
        except Exception as error:  # what the router says, the test shows
            failures.append(f"{event['name']}: {type(error).__name__} {error}")
    return failures
