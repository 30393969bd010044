/** Files whose tests are all about the door of one machine. */
export const otherDoors = [
  'tests/http/bodies.test.ts',
  'tests/http/door.test.ts',
  'tests/http/socket.test.ts',
]

/** Tests of the app that the deployment cannot run, by the reason, and by what is in their names. */
export const notOnAws: Record<string, string[]> = {
  'Nothing can be put between a function and its stores; they fail in tests/aws/adapters': [
    'stays so when the platform is not well',
    'is 503 with every problem when it is not',
    'a store that cannot take events for now',
    'A store that fails',
    'what breaks on our side',
    'while the event store is away',
    'when nothing can be stored, so that it is sent again',
    'is neither answered nor logged nor kept when the store fails or breaks',
    'a replay that takes longer than a request may',
  ],
  'The queue of a deployment is taken from by its own function': [
    'What waits for a webhook that was disabled',
  ],
  'A function answers one request at a time, and Lambda sends what it answers': [
    "is not taken by one tenant's readers, who wait for each other",
    'is had back from readers that leave before they are served',
  ],
  'Whoever stands before a function takes only so long an address': [
    'names the first hundred of the parameters that it does not know',
  ],
  'The clock of a function is the real one': [
    'tells hours and days apart',
    'that is down goes on being believed for a day',
    'or a token, until that ends',
    'when one replaces another under its id',
    'when the clock of the server is set back',
  ],
  'A deployment always has an issuer, its user pool': ['when no issuer is set'],
  'Each process of a function has a memory of its own': [
    'are read once for many tokens, and again for a key that is new',
    'is fetched once for many requests, and again after ten minutes',
  ],
  'A function URL has read the body, and left out empty headers, before the function starts': [
    'not to read the body of someone without a key',
    'that is unknown, revoked, or may not send, without reading',
    '415 to the media type ""',
  ],
  'A deployment has no smaller limits than can be set': [
    'leaves other sources their room',
    'names numbers instead of ids when those would not fit into one message',
    'A tenant with as many webhooks as it may have',
  ],
  'How far the stream is behind is a metric of its own': ['how far the consumers are behind'],
  'API Gateway hands messages over all at once, so that answers come in any order': [
    'answers each message with its receipt, in order',
  ],
  'A header of a megabyte does not come as far as a function': [
    'for claims of a megabyte',
    'for a client_id of 10 MB',
  ],
  'API Gateway has a largest message of its own': ['to a message that is more than fits'],
  'API Gateway passes on the status of a refused handshake, and nothing else': [
    'to who does not ask for a WebSocket',
    'and refuses the handshake when',
    'that may write events, and no other',
  ],
  'A message is answered before it is counted': ['counts what comes for the conformance'],
  'It asks the app itself, in this process': ['describes every route there is, and no other'],
  "Bun's fetch asks for /health where a test says //health": ['where nothing is answers 404'],
}
