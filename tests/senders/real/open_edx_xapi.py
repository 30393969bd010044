"""Sends with Open edX's event-routing-backends as xAPI: its transformers, router and LRS client, fed with
tracking events as the LMS emits them, one by one and then in a batch. Prints what went through.
"""

import json
import os

from open_edx_lms import send_each, tracking_events

from event_routing_backends.backends.sync_events_router import SyncEventsRouter
from event_routing_backends.models import RouterConfiguration
from event_routing_backends.processors.xapi.transformer_processor import XApiProcessor
from event_routing_backends.utils.xapi_lrs_client import LrsClient

# As the model names it; the usual settings write it small, which only MySQL takes for the same.
BACKEND = RouterConfiguration.XAPI_BACKEND
basic = {
    "auth_scheme": RouterConfiguration.AUTH_BASIC,
    "username": os.environ["XAPI_KEY"],
    "password": os.environ["XAPI_SECRET"],
}
RouterConfiguration.objects.create(
    backend_name=BACKEND,
    enabled=True,
    route_url=os.environ["XAPI_ENDPOINT"] + "/",
    configurations={},
    **basic,
)

sent = []


def remember(statements):
    sent.extend(statements)
    return statements


router = SyncEventsRouter(processors=[XApiProcessor(), remember], backend_name=BACKEND)
failures = send_each(router)

# It sends again, in one request, what is held already: a resend after a failure. Without the statement
# whose id the transformer decodes, so that it has spaces: that is none, and fails the whole batch.
held = [one for one in sent if " " not in one["object"]["id"]]
client = LrsClient(url=os.environ["XAPI_ENDPOINT"] + "/", **basic)
try:
    client.bulk_send(held)
except Exception as error:
    failures.append(f"batch: {type(error).__name__} {error}")

print(
    json.dumps(
        {
            "events": len(tracking_events()),
            "held": [one["id"] for one in held],
            "refused": [one["id"] for one in sent if one not in held],
            "failures": failures,
        }
    )
)
