"""Stores and reads with tincan for Python as its users do. Prints what it sent and what it found."""

import hashlib
import json
import os
import uuid

from tincan import (
    Activity,
    ActivityDefinition,
    ActivityProfileDocument,
    Agent,
    AgentProfileDocument,
    LanguageMap,
    RemoteLRS,
    StateDocument,
    Statement,
    Verb,
)

def speaking(version):
    return RemoteLRS(
        version=version,
        endpoint=os.environ["XAPI_ENDPOINT"] + "/",
        username=os.environ["XAPI_KEY"],
        password=os.environ["XAPI_SECRET"],
    )


lrs = speaking("1.0.3")


def done(response):
    """Every method answers with a response, which says whether it succeeded."""
    if not response.success:
        raise RuntimeError(f"{response.request.resource}: {response.data}")
    return response.content


ada = Agent(name="Ada", mbox=f"mailto:{uuid.uuid4()}@example.edu")
course = Activity(
    id=f"https://example.edu/courses/{uuid.uuid4()}",
    definition=ActivityDefinition(name=LanguageMap(en="Maths")),
)


def said(verb):
    return Statement(
        id=str(uuid.uuid4()),
        actor=ada,
        verb=Verb(id=f"http://adlnet.gov/expapi/verbs/{verb}"),
        object=course,
    )


single = said("experienced")
batch = [said("attempted"), said("passed")]
done(lrs.save_statement(single))
done(lrs.save_statements(batch))

found = []
page = done(lrs.query_statements({"agent": ada, "limit": 2}))
found.extend(page.statements)
while page.more:
    page = done(lrs.more_statements(page))
    found.extend(page.statements)
one = done(lrs.retrieve_statement(single.id))

state = StateDocument(
    activity=course, agent=ada, id="bookmark", content="page 1", content_type="text/plain"
)
done(lrs.save_state(state))
read = done(lrs.retrieve_state(course, ada, "bookmark"))
first = read.content
# Without an ETag, which it does not find among the headers; with one it could not, since it sends every
# state twice.
read.content = "page 2"
done(lrs.save_state(read))
second = done(lrs.retrieve_state(course, ada, "bookmark")).content
ids = done(lrs.retrieve_state_ids(course, ada))
done(lrs.delete_state(state))
left = done(lrs.retrieve_state_ids(course, ada))

# It cannot send If-None-Match, without which 1.0.3 has no new profile; 1.0.2 has.
older = speaking("1.0.2")
agent_profile = AgentProfileDocument(agent=ada, id="preferences", content="dark")
is_refused = lrs.save_agent_profile(agent_profile).response.status == 400
done(older.save_agent_profile(agent_profile))
activity_profile = ActivityProfileDocument(activity=course, id="map", content="a map")
done(older.save_activity_profile(activity_profile))
# A profile is sent once, under the version that its owner says he has read.
activity_profile.etag = f'"{hashlib.sha1(b"a map").hexdigest()}"'
activity_profile.content = "another map"
done(lrs.save_activity_profile(activity_profile))
is_late = lrs.save_activity_profile(activity_profile).response.status == 412


def text(content):
    return content.decode() if isinstance(content, (bytes, bytearray)) else content


print(
    json.dumps(
        {
            "sent": [str(statement.id) for statement in [single, *batch]],
            "found": [str(statement.id) for statement in found],
            "isOne": one.id == single.id,
            "state": [text(first), text(second)],
            "isLate": is_late,
            "isRefused": is_refused,
            "ids": [ids, left],
            "profiles": [
                text(done(lrs.retrieve_agent_profile(ada, "preferences")).content),
                text(done(lrs.retrieve_activity_profile(course, "map")).content),
            ],
        }
    )
)
