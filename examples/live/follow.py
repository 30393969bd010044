"""Prints events as they come, in Python 3.9 and nothing else: `NONIUS_KEY=nk_… python3 follow.py`."""

import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ.get("NONIUS_URL", "http://localhost:3000").rstrip("/") + "/api/v1/events/stream"
KEY = os.environ["NONIUS_KEY"]
SILENT_SECONDS = 45  # the server says something each 15 s: three that do not come are a lost connection


def messages(response):
    """The messages of one connection, as name, id and data."""
    name, position, data = "message", None, []
    for line in response:
        field, _, value = line.decode().rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "id":
            position = value
        elif field == "data":
            data.append(value)
        elif line in (b"\n", b"\r\n"):
            if data:
                yield name, position, "\n".join(data)
            name, data = "message", []


def follow(parameters, position=None):
    """Events as they come, with the position after each; give the last one that you have handled to go on."""
    address = URL + "?" + urllib.parse.urlencode(parameters)
    while True:
        headers = {"X-API-Key": KEY, **({"Last-Event-ID": position} if position else {})}
        try:
            request = urllib.request.Request(address, headers=headers)
            with urllib.request.urlopen(request, timeout=SILENT_SECONDS) as response:
                for name, new_position, data in messages(response):
                    position = new_position or position
                    if name == "message":
                        yield json.loads(data), position
                    elif name == "resync":
                        print("some events are missing:", data, file=sys.stderr)
        except urllib.error.HTTPError as refused:
            if refused.code not in (429, 500, 502, 503, 504):
                raise SystemExit(f"{refused.code} {refused.read().decode()}")
        except (OSError, http.client.HTTPException):
            pass  # it was away, or the connection was lost
        time.sleep(1)


if __name__ == "__main__":
    for event, _ in follow(dict(argument.split("=", 1) for argument in sys.argv[1:])):
        print(event["event_type"], event["user_id"], json.dumps(event["payload"]), flush=True)
