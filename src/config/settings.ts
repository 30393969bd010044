import { isIP } from 'node:net'
import { z } from 'zod'
import { type Config, environments, unknownTypesModes, xapiModes, xapiVersions } from './config'

/** A setting has everything that the README, a refusal and the reader need to know about it. */
export interface Setting<Value> {
  /** This is the environment variable. */
  name: `NONIUS_${string}`
  /** The default is written as in the environment; it is absent when there is none. */
  default?: string
  /** The README gives this meaning. */
  meaning: string
  /** Completes the sentence `<name> must be …`. */
  expected: string
  /** A secret is a key: its value is never shown. */
  secret?: true
  schema: z.ZodType<Value, string>
}

const wholeNumber = (min: number, max: number) =>
  z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(min).max(max))

const flag = z
  .enum(['1', 'true', 'on', 'yes', '0', 'false', 'off', 'no'])
  .transform((word) => ['1', 'true', 'on', 'yes'].includes(word))

const network = z.string().refine((text) => {
  const [, address = '', bits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = isIP(address)
  return family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128)
})

// `src/limits/rate.ts` reads it; the bounds are its.
const rate = z
  .string()
  .regex(/^(?:off|[1-9]\d{0,8}\s*\/\s*(?:[1-9]\d{0,3}\s*)?(?:second|minute|hour|day)s?)$/i)
const rateExpected = 'a number of requests in a time, as 60000/minute, or off'

// A header field may contain visible ASCII without quoting. The length is the operator's choice;
// the server warns of a key that can be guessed.
const key = z.string().regex(/^[\x21-\x7e]{1,200}$/)
const keyExpected = '1 to 200 letters, digits and signs of ASCII, without spaces'

export const settings: { [Name in keyof Config]-?: Setting<NonNullable<Config[Name]>> } = {
  environment: {
    name: 'NONIUS_ENVIRONMENT',
    default: 'production',
    meaning:
      '`development` allows what would be a fault on a server that others use. On AWS the stage decides.',
    expected: 'one of production, development',
    schema: z.enum(environments),
  },
  port: {
    name: 'NONIUS_PORT',
    default: '3000',
    meaning: 'Port to listen on; `0` takes a free one and prints it.',
    expected: 'a whole number from 0 to 65535',
    schema: wholeNumber(0, 65_535),
  },
  host: {
    name: 'NONIUS_HOST',
    default: '0.0.0.0',
    meaning: 'Address to listen on; `127.0.0.1` keeps it to this machine.',
    expected: 'a host name or an IP address, without a scheme or a port',
    schema: z.string().regex(/^[A-Za-z0-9.:_-]+$/),
  },
  trustProxy: {
    name: 'NONIUS_TRUST_PROXY',
    default: '0',
    meaning:
      '`1` believes what a reverse proxy on this machine or in a private network says of its caller: address, scheme, host and base path. A list of addresses and networks believes the proxies there, several in a row; see docs/running.md.',
    expected:
      '1, 0, or a list of IP addresses and networks (10.0.0.0/8, fd00::/8) with commas between',
    schema: z.union([flag, z.string().transform(listOf).pipe(z.array(network).min(1).max(100))]),
  },
  dataDir: {
    name: 'NONIUS_DATA_DIR',
    default: './data',
    meaning: 'Folder that holds everything: hot store, lake, keys. Made when it is missing.',
    expected: 'the path of a folder',
    schema: z.string().refine((path) => !path.includes('\0')),
  },
  demoKey: {
    name: 'NONIUS_DEMO_KEY',
    meaning: 'Key of source `demo` in a fresh data folder; drawn at random when not set.',
    expected: keyExpected,
    secret: true,
    schema: key,
  },
  adminKey: {
    name: 'NONIUS_ADMIN_KEY',
    meaning: 'Admin key of a fresh data folder; drawn at random when not set.',
    expected: keyExpected,
    secret: true,
    schema: key,
  },
  maxBodyBytes: {
    name: 'NONIUS_MAX_BODY_BYTES',
    default: '6291456',
    meaning:
      'Largest request body, as sent and once more after decompression. 6 MB is what Lambda takes, too; how it counts is in docs/aws.md.',
    expected: 'a number of bytes from 1 to 268435456 (256 MB)',
    // A body is held in memory, several at a time: beyond 256 MB one machine cannot promise that.
    schema: wholeNumber(1, 268_435_456),
  },
  bodyTimeoutSeconds: {
    name: 'NONIUS_BODY_TIMEOUT_SECONDS',
    default: '300',
    meaning:
      'How long a request body may take to arrive; beyond it, 408. One that comes slower than 16 KB a second, or stops, is given up sooner.',
    expected: 'a whole number of seconds from 1 to 3600',
    schema: wholeNumber(1, 3600),
  },
  requestMemoryBytes: {
    name: 'NONIUS_REQUEST_MEMORY_BYTES',
    default: '134217728',
    meaning:
      'Memory for everything that is being received and read, 128 MB; one tenant has at most half, callers without a key an eighth. Beyond it senders wait, then 503; see docs/limits.md.',
    expected: 'a number of bytes from 16777216 (16 MB) to 68719476736 (64 GB)',
    // With less, all others would wait for one large body.
    schema: wholeNumber(16_777_216, 68_719_476_736),
  },
  archiveFlushSeconds: {
    name: 'NONIUS_ARCHIVE_FLUSH_SECONDS',
    default: '60',
    meaning:
      'At most this long until a stored event is in the lake; its first files come sooner, the first after 2 s. Shorter means more, smaller files.',
    expected: 'a whole number of seconds from 1 to 3600',
    schema: wholeNumber(1, 3600),
  },
  hotTtlDays: {
    name: 'NONIUS_HOT_TTL_DAYS',
    default: '30',
    meaning:
      'How long an event can be read over HTTP and recognised when it is sent again. The lake keeps it.',
    expected: 'a whole number of days from 1 to 3650',
    schema: wholeNumber(1, 3650),
  },
  xapi: {
    name: 'NONIUS_XAPI',
    meaning:
      'What xAPI is to a tenant that chose nothing: `off`, `ingest` (statements are events) or `lrs` (a record store finds them, too). On one machine it is `lrs` unless set, on AWS `ingest`.',
    expected: 'one of off, ingest, lrs',
    schema: z.enum(xapiModes),
  },
  xapiRetentionDays: {
    name: 'NONIUS_XAPI_RETENTION_DAYS',
    default: '2555',
    meaning:
      'How long a statement can be found in a record store of xAPI (docs/xapi.md). Seven years, as the lake keeps it on AWS.',
    expected: 'a whole number of days from 1 to 36500',
    schema: wholeNumber(1, 36_500),
  },
  xapiVersions: {
    name: 'NONIUS_XAPI_VERSIONS',
    default: '1.0.3,2.0.0',
    meaning: 'Versions of xAPI that are offered, separated by commas.',
    expected: 'a list of 1.0.3 and 2.0.0, separated by commas',
    schema: z
      .string()
      .transform((text) => text.split(',').map((name) => name.trim()))
      .pipe(z.array(z.enum(xapiVersions)).min(1)),
  },
  xapiDefaultVersion: {
    name: 'NONIUS_XAPI_DEFAULT_VERSION',
    default: '1.0.3',
    meaning:
      'Version of xAPI by whose rules a request without the header is answered: 400, as both versions ask.',
    expected: 'one of 1.0.3, 2.0.0',
    schema: z.enum(xapiVersions),
  },
  quarantineMaxItems: {
    name: 'NONIUS_QUARANTINE_MAX_ITEMS',
    default: '100000',
    meaning:
      'How many items one source may have in quarantine. Beyond it, what cannot be kept as an event is answered 503; see docs/quarantine.md.',
    expected: 'a whole number from 1 to 10000000',
    // Senders would wait for a search through more than ten million rows.
    schema: wholeNumber(1, 10_000_000),
  },
  quarantineMaxBytes: {
    name: 'NONIUS_QUARANTINE_MAX_BYTES',
    default: '268435456',
    meaning: 'How many bytes one source may have in quarantine, reasons included. 256 MB.',
    expected: 'a number of bytes from 1048576 (1 MB) to 1099511627776 (1 TB)',
    schema: wholeNumber(1_048_576, 1_099_511_627_776),
  },
  maxWebhooks: {
    name: 'NONIUS_MAX_WEBHOOKS',
    default: '1000',
    meaning: 'How many webhooks one tenant may have. Beyond it, making one is answered 409.',
    expected: 'a whole number from 1 to 100000',
    // Every event is compared with all webhooks of its tenant.
    schema: wholeNumber(1, 100_000),
  },
  oidcIssuer: {
    name: 'NONIUS_OIDC_ISSUER',
    meaning:
      'Issuer whose access tokens are taken beside keys, as it stands in `iss`: a Cognito user pool or any OpenID Connect provider; see docs/tokens.md.',
    expected: 'an https: URL without query and fragment; http: for this machine only',
    schema: z.string().refine(isIssuer),
  },
  oidcAudience: {
    name: 'NONIUS_OIDC_AUDIENCE',
    default: 'nonius',
    meaning:
      'What that issuer knows Nonius by: in `aud`, or, as Cognito has it, before the slash of a scope.',
    expected: '1 to 256 characters without spaces and quotes',
    schema: z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/),
  },
  allowPrivateWebhooks: {
    name: 'NONIUS_ALLOW_PRIVATE_WEBHOOKS',
    default: '0',
    meaning: '`1` lets webhooks call private and loopback addresses. For development.',
    expected: 'one of 1, true, on, yes, 0, false, off, no',
    schema: flag,
  },
  rateLimitPublish: {
    name: 'NONIUS_RATE_LIMIT_PUBLISH',
    // A thousand a second: no LMS known sends so many from one key.
    default: '60000/minute',
    meaning:
      'Requests and messages that bring events, from one key, or without a good one from one address; more are answered 429. `off`: as many as come. On one machine.',
    expected: rateExpected,
    schema: rate,
  },
  rateLimitQuery: {
    name: 'NONIUS_RATE_LIMIT_QUERY',
    default: '60000/minute',
    meaning: 'The same, of requests that read.',
    expected: rateExpected,
    schema: rate,
  },
  rateLimitAdmin: {
    name: 'NONIUS_RATE_LIMIT_ADMIN',
    default: '6000/minute',
    meaning: 'The same, of requests that change settings, webhooks, keys or the quarantine.',
    expected: rateExpected,
    schema: rate,
  },
  unknownTypes: {
    name: 'NONIUS_UNKNOWN_TYPES',
    default: 'accept',
    meaning:
      'Native events of types that are not registered: `accept` stores and counts them, `quarantine` keeps them for a person, `reject` tells their sender, too. For tenants that chose nothing.',
    expected: 'one of accept, quarantine, reject',
    schema: z.enum(unknownTypesModes),
  },
  maxPayloadKeys: {
    name: 'NONIUS_MAX_PAYLOAD_KEYS',
    meaning:
      'Keys that the payload of a native event may have whose type limits them. Default: as the type says.',
    expected: 'a whole number from 1 to 10000',
    schema: wholeNumber(1, 10_000),
  },
  logLevel: {
    name: 'NONIUS_LOG_LEVEL',
    default: 'info',
    meaning: '`debug`, `info`, `warn`, `error` or `silent`. The log goes to stderr.',
    expected: 'one of debug, info, warn, error, silent',
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
  },
}

function listOf(text: string): string[] {
  return text.split(',').map((part) => part.trim())
}

/**
 * Tells whether a text can be an issuer (OpenID Connect Core 1.0, section 1.2): https, without
 * query or fragment.
 */
function isIssuer(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '') return false
  // Nobody else sees a request to this machine's own addresses.
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)
}
