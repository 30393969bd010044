"""The same as receive.mjs, in Python 3.9 and nothing else: `WEBHOOK_SECRET=whsec_… python3 receive.py`."""

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
TOLERANCE_SECONDS = 300  # by Standard Webhooks: an older message may be somebody's replay
MOST_BYTES = 16 * 1024 * 1024
one_at_a_time = threading.Lock()
handled = {}  # ids of messages, oldest first; put them into your database
REMEMBERED = 10_000


def is_genuine(headers, body: bytes) -> bool:
    """Whether the body, as it came, was signed with our secret a short while ago."""
    message, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message or not seconds.isdecimal() or abs(time.time() - int(seconds)) > TOLERANCE_SECONDS:
        return False
    digest = hmac.new(KEY, f"{message}.{seconds}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    given = headers.get("webhook-signature", "").split(" ")  # several while a secret is replaced
    return any(hmac.compare_digest(one.encode(), expected) for one in given)


def handle_once(message: str, body: bytes):
    """A delivery may come again, under the same id; the answer to the first may have been lost."""
    if message in handled:
        return
    for event in json.loads(body)["data"]:
        print(event.get("type") or event["event_type"], event.get("id") or event.get("event_id"), flush=True)
    handled[message] = True
    if len(handled) > REMEMBERED:
        del handled[next(iter(handled))]


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        if length > MOST_BYTES:
            return self.answer(413)
        body = self.rfile.read(length)
        if not is_genuine(self.headers, body):
            return self.answer(401)
        with one_at_a_time:
            handle_once(self.headers["webhook-id"], body)
        self.answer(204)  # only now: with any other answer, or none, the delivery comes again

    def answer(self, status: int):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Writes no log of requests."""


server = ThreadingHTTPServer(("", int(os.environ.get("PORT", "4000"))), Receiver)
print(f"Waiting for webhooks at http://localhost:{server.server_port}/", flush=True)
server.serve_forever()
