"""Verifies messages of webhooks, one in each line of standard input, by libraries of PyPI."""

import base64
import gzip
import json
import sys

from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError


def is_signed(secret: str, body: bytes, headers: dict) -> bool:
    try:
        Webhook(secret).verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


def is_signed_by_key(public_key: str, body: bytes, headers: dict) -> bool:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    for signature in headers["webhook-signature"].split(" "):
        version, _, text = signature.partition(",")
        if version != "v1a":
            continue
        try:
            key.verify(base64.b64decode(text), content)
            return True
        except InvalidSignature:
            pass
    return False


def cloud_events(headers: dict, body: bytes) -> list:
    kind = headers["content-type"]
    if not kind.startswith("application/cloudevents"):
        return []
    # The library has no batched mode: each of a batch is read as in structured mode.
    events = json.loads(body) if "batch" in kind else [json.loads(body)]
    headers = {"content-type": "application/cloudevents+json"}
    read = [from_structured_event(HTTPMessage(headers, json.dumps(one).encode())) for one in events]
    return [[one.get_id(), one.get_source(), one.get_type(), one.get_subject()] for one in read]


for line in sys.stdin:
    given = json.loads(line)
    headers, body = given["headers"], base64.b64decode(given["body"])
    if headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    answer = {
        "secrets": [is_signed(one, body, headers) for one in given["secrets"]],
        "keys": [is_signed_by_key(one, body, headers) for one in given["keys"]],
        "altered": [is_signed(one, body + b" ", headers) for one in given["secrets"]],
        "cloudEvents": cloud_events(headers, body),
    }
    print(json.dumps(answer))
