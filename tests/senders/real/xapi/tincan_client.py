"""Stores and reads with tincan for Python as its users do. Prints what it sent and what it found."""

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

lrs = RemoteLRS(
    endpoint=os.environ["XAPI_ENDPOINT"] + "/",
    username=os.environ["XAPI_KEY"],
    password=os.environ["XAPI_SECRET"],
)


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
read.content = "page 2"
done(lrs.save_state(read))
# It has read the first version, which is no longer there.
is_late = lrs.save_state(read).response.status == 412
second = done(lrs.retrieve_state(course, ada, "bookmark")).content
ids = done(lrs.retrieve_state_ids(course, ada))
done(lrs.delete_state(state))
left = done(lrs.retrieve_state_ids(course, ada))

agent_profile = AgentProfileDocument(agent=ada, id="preferences", content="dark")
done(lrs.save_agent_profile(agent_profile))
activity_profile = ActivityProfileDocument(activity=course, id="map", content="a map")
done(lrs.save_activity_profile(activity_profile))


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
            "ids": [ids, left],
            "profiles": [
                text(done(lrs.retrieve_agent_profile(ada, "preferences")).content),
                text(done(lrs.retrieve_activity_profile(course, "map")).content),
            ],
            "about": done(lrs.about()).version,
        }
    )
)
