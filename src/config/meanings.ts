import type { Config } from './config'

/**
 * The README and `nonius serve --help` say by these what each setting is to the person who sets it. No
 * process that only serves loads them.
 */
export const meanings: { [Name in keyof Config]-?: string } = {
  environment:
    '`development` allows what would be a fault on a server that others use. On AWS the stage decides.',
  port: 'Port to listen on; `0` takes a free one and prints it.',
  host: 'Address to listen on; `127.0.0.1` keeps it to this machine.',
  trustProxy:
    '`1` believes what a reverse proxy on this machine or in a private network says of its caller: address, scheme, host and base path. A list of addresses and networks believes the proxies there, several in a row; see docs/running.md.',
  dataDir: 'Folder that holds everything: hot store, lake, keys. Made when it is missing.',
  demoKey: 'Key of source `demo` in a fresh data folder; drawn at random when not set.',
  adminKey: 'Admin key of a fresh data folder, good for everything; drawn at random when not set.',
  maxBodyBytes:
    'Largest request body, as sent and once more after decompression. 6 MB is what Lambda takes, too; how it counts is in docs/aws.md.',
  bodyTimeoutSeconds:
    'How long a request body may take to arrive; beyond it, 408. One that comes slower than 16 KB a second, or stops, is given up sooner.',
  requestMemoryBytes:
    'Memory for everything that is being received and read, 128 MB; one tenant has at most half, callers without a key an eighth. Beyond it senders wait, then 503; see docs/limits.md.',
  archiveFlushSeconds:
    'At most this long until a stored event is in the lake; its first files come sooner, the first after 2 s. Shorter means more, smaller files.',
  settle:
    'From this hour of each day on, UTC, the days before it are settled in the lake, and what was kept for long enough goes from it; `off` leaves both to `nonius lake`. On one machine; see docs/lake.md.',
  hotTtlDays:
    'How long an event can be read over HTTP and recognised when it is sent again. The lake keeps it.',
  xapi: 'What xAPI is to a tenant that chose nothing: `off`, `ingest` (statements are events) or `lrs` (a record store finds them, too). On one machine it is `lrs` unless set, on AWS `ingest`.',
  xapiRetentionDays:
    'How long a statement can be found in a record store of xAPI (docs/xapi.md). Seven years, as the lake keeps it on AWS.',
  xapiVersions: 'Versions of xAPI that are offered, separated by commas.',
  xapiDefaultVersion:
    'Version of xAPI by whose rules a request without the header is answered: 400, as both versions ask.',
  quarantineMaxItems:
    'How many items one source may have in quarantine. Beyond it, what cannot be kept as an event is answered 503; see docs/quarantine.md.',
  quarantineMaxBytes: 'How many bytes one source may have in quarantine, reasons included. 256 MB.',
  quarantineDays:
    'What is in quarantine is forgotten after so many days. A policy that keeps personal data for less forgets it then; see docs/privacy.md.',
  maxWebhooks: 'How many webhooks one tenant may have. Beyond it, making one is answered 409.',
  oidcIssuer:
    'Issuer whose access tokens are taken beside keys, as it stands in `iss`: a Cognito user pool or any OpenID Connect provider; see docs/tokens.md.',
  oidcAudience:
    'What that issuer knows Nonius by: in `aud`, or, as Cognito has it, before the slash of a scope.',
  allowPrivateWebhooks: '`1` lets webhooks call private and loopback addresses, over http too.',
  rateLimitPublish:
    'Requests and messages that bring events, from one key, or without a good one from one address; more are answered 429. `off`: as many as come. On AWS a key has `300000/minute`.',
  rateLimitQuery: 'The same, of requests that read.',
  rateLimitAdmin: 'The same, of requests that change settings, webhooks, keys or the quarantine.',
  unknownTypes:
    'Native events of types that are not registered: `accept` stores and counts them, `quarantine` keeps them for a person, `reject` tells their sender, too. For tenants that chose nothing.',
  maxPayloadKeys:
    'Keys that the payload of a native event may have whose type limits them. Default: as the type says.',
  corsOrigins:
    'Pages of these origins may send from a browser: `*`, or `https://quiz.example.edu,https://…`. Keys decide beside it; see docs/running.md.',
  requireAuth:
    '`0` lets whoever reaches this machine’s own address in without a key. Only while `NONIUS_HOST` is `127.0.0.1`, `::1` or `localhost`; see docs/running.md.',
  maxQueueSize:
    'Requests with a body and messages of one tenant that may be without an answer at a time; of all together, three times as many. Beyond it, 503.',
  maxSubscribers:
    'Who may follow events live at a time, over WebSockets or as server-sent events; one tenant has half of them. Beyond it, they are told to try again. WebSockets have as many places as three eighths of the memory hold the largest messages: 214 with 512 MB, 4,849 with 8 GB, and beside them a quarter as many for those that publish, 512 at most. On AWS of WebSockets alone; streams are bounded apart, see docs/aws.md.',
  maxSocketsPerAddress:
    'WebSockets that one address may have open; more are answered 429 at the handshake. `off`: as many as it likes, since schools share addresses. On one machine.',
  maxWsMessageBytes:
    'Largest message of a WebSocket, if a body may be as large. 512 KB. With smaller ones, more WebSockets may be open on a small machine. On AWS it is 128 KB.',
  reducers:
    'Which reducers run: `on-demand` those that come with Nonius, for a tenant from when somebody first asks for states; `built-in` the same, for all from the start; `off` none; or beside those the modules (TypeScript or JavaScript) of the folder of this path. On AWS they are bundled when it is deployed.',
  rootsTo:
    'Where the roots of the log are written each hour, beside our own store: a file, an address that they are posted to, on AWS a bucket, `s3://bucket/folder`; see docs/audit.md.',
  rootsKey:
    'Ed25519 private key that roots are signed with, PKCS #8 DER in base64; see docs/audit.md.',
  logLevel: '`debug`, `info`, `warn`, `error` or `silent`. The log goes to stderr.',
}
