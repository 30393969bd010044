"""What schemathesis has to be told about bodies that are text."""

from urllib.parse import urlencode

import schemathesis

JSON_LINES = "application/x-ndjson"
SIGNED = "application/jwt"
TEXTS = (JSON_LINES, SIGNED, "text/plain")


@schemathesis.serializer(JSON_LINES)
def json_lines(context, value):
    return value.encode()


@schemathesis.serializer(SIGNED)
def signed(context, value):
    return value.encode()


# The server of HTTP takes an address and headers of 16 KB together, and refuses more (431) before
# anything of ours sees it.
LONGEST_QUERY = 12_000


@schemathesis.hook
def filter_case(context, case):
    if len(urlencode(case.query or {}, doseq=True, errors="replace")) > LONGEST_QUERY:
        return False
    # Every text is lines, good or bad, and bad ones are quarantined: there is nothing to refuse.
    return case.media_type not in TEXTS or isinstance(case.body, str)
