"""What schemathesis has to be told about bodies that are text."""

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


@schemathesis.hook
def filter_case(context, case):
    # Every text is lines, good or bad, and bad ones are quarantined: there is nothing to refuse.
    return case.media_type not in TEXTS or isinstance(case.body, str)
