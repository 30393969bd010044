"""Sends with Open edX's event-routing-backends: its transformers, envelope, configuration, router and
HTTP client, fed with tracking events as the LMS emits them. Prints what went through the router.
"""

import json
import os

from open_edx_lms import LMS, send_each

from event_routing_backends.backends.sync_events_router import SyncEventsRouter
from event_routing_backends.models import RouterConfiguration
from event_routing_backends.processors.caliper.envelope_processor import (
    CaliperEnvelopeProcessor,
)
from event_routing_backends.processors.caliper.transformer_processor import (
    CaliperProcessor,
)
from event_routing_backends.utils.http_client import HttpClient

# As the model names it; the usual settings write it small, which only MySQL takes for the same.
BACKEND = "Caliper"
ROUTE_URL = os.environ["NONIUS_URL"] + "/caliper/v1p2/events"

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
failures = send_each(router)

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
