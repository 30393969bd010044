"""What schemathesis has to be told about JSON lines."""

import schemathesis

JSON_LINES = "application/x-ndjson"


@schemathesis.serializer(JSON_LINES)
def json_lines(context, value):
    return value.encode()


@schemathesis.hook
def filter_case(context, case):
    # Every text is lines, good or bad, and bad ones are quarantined: there is nothing to refuse.
    return case.media_type != JSON_LINES or isinstance(case.body, str)
