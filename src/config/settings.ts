import { originExpected } from '../syntax/origin'
import { type Config, environments, unknownTypesModes, xapiModes, xapiVersions } from './config'
import {
  either,
  type Form,
  flag,
  flagExpected,
  isIssuer,
  key,
  keyExpected,
  list,
  matching,
  networks,
  oneOf,
  origins,
  rate,
  rateExpected,
  suchThat,
  unlimited,
  wholeNumber,
} from './forms'
import { rootSettings } from './root-places'

/** A setting has everything that a refusal and the reader need to know about it. */
export interface Setting<Value> {
  /** This is the environment variable. */
  name: `NONIUS_${string}`
  /** These names of a real-time event pipeline are read, too, where ours is not set. */
  also?: readonly string[]
  /** The default is written as in the environment; it is absent when there is none. */
  default?: string
  /** Completes the sentence `<name> must be …`. */
  expected: string
  /** A secret is a key: its value is never shown. */
  secret?: true
  read: Form<Value>
}

const logLevel = oneOf(['debug', 'info', 'warn', 'error', 'silent'])
// Python's logging has names of its own for two of them.
const logLevels = new Map([
  ['warning', 'warn'],
  ['critical', 'error'],
])

export const settings: { [Name in keyof Config]-?: Setting<NonNullable<Config[Name]>> } = {
  environment: {
    name: 'NONIUS_ENVIRONMENT',
    default: 'production',
    expected: 'one of production, development',
    read: oneOf(environments),
  },
  port: {
    name: 'NONIUS_PORT',
    also: ['PORT'],
    default: '3000',
    expected: 'a whole number from 0 to 65535',
    read: wholeNumber(0, 65_535),
  },
  host: {
    name: 'NONIUS_HOST',
    default: '0.0.0.0',
    expected: 'a host name or an IP address, without a scheme or a port',
    read: matching(/^[A-Za-z0-9.:_-]+$/),
  },
  trustProxy: {
    name: 'NONIUS_TRUST_PROXY',
    default: '0',
    expected:
      '1, 0, or a list of IP addresses and networks (10.0.0.0/8, fd00::/8) with commas between',
    read: either<boolean, readonly string[]>(flag, networks),
  },
  dataDir: {
    name: 'NONIUS_DATA_DIR',
    default: './data',
    expected: 'the path of a folder',
    read: suchThat((path) => !path.includes('\0')),
  },
  demoKey: {
    name: 'NONIUS_DEMO_KEY',
    expected: keyExpected,
    secret: true,
    read: key,
  },
  adminKey: {
    name: 'NONIUS_ADMIN_KEY',
    also: ['API_KEY'],
    expected: keyExpected,
    secret: true,
    read: key,
  },
  maxBodyBytes: {
    name: 'NONIUS_MAX_BODY_BYTES',
    default: '6291456',
    expected: 'a number of bytes from 1 to 268435456 (256 MB)',
    // A body is held in memory, several at a time: beyond 256 MB one machine cannot promise that.
    read: wholeNumber(1, 268_435_456),
  },
  bodyTimeoutSeconds: {
    name: 'NONIUS_BODY_TIMEOUT_SECONDS',
    default: '300',
    expected: 'a whole number of seconds from 1 to 3600',
    read: wholeNumber(1, 3600),
  },
  requestMemoryBytes: {
    name: 'NONIUS_REQUEST_MEMORY_BYTES',
    default: '134217728',
    expected: 'a number of bytes from 16777216 (16 MB) to 68719476736 (64 GB)',
    // With less, all others would wait for one large body.
    read: wholeNumber(16_777_216, 68_719_476_736),
  },
  archiveFlushSeconds: {
    name: 'NONIUS_ARCHIVE_FLUSH_SECONDS',
    default: '60',
    expected: 'a whole number of seconds from 1 to 3600',
    read: wholeNumber(1, 3600),
  },
  settle: {
    name: 'NONIUS_SETTLE',
    // Copies of senders that were cut off for an hour or two are in by then, and schools sleep.
    default: '2',
    expected: 'an hour of the day, from 0 to 23, or off',
    read: either(oneOf(['off']), wholeNumber(0, 23)),
  },
  hotTtlDays: {
    name: 'NONIUS_HOT_TTL_DAYS',
    default: '30',
    expected: 'a whole number of days from 1 to 3650',
    read: wholeNumber(1, 3650),
  },
  xapi: {
    name: 'NONIUS_XAPI',
    expected: 'one of off, ingest, lrs',
    read: oneOf(xapiModes),
  },
  xapiRetentionDays: {
    name: 'NONIUS_XAPI_RETENTION_DAYS',
    default: '2555',
    expected: 'a whole number of days from 1 to 36500',
    read: wholeNumber(1, 36_500),
  },
  xapiVersions: {
    name: 'NONIUS_XAPI_VERSIONS',
    default: '1.0.3,2.0.0',
    expected: 'a list of 1.0.3 and 2.0.0, separated by commas',
    read: list(oneOf(xapiVersions), 100),
  },
  xapiDefaultVersion: {
    name: 'NONIUS_XAPI_DEFAULT_VERSION',
    default: '1.0.3',
    expected: 'one of 1.0.3, 2.0.0',
    read: oneOf(xapiVersions),
  },
  quarantineMaxItems: {
    name: 'NONIUS_QUARANTINE_MAX_ITEMS',
    default: '100000',
    expected: 'a whole number from 1 to 10000000',
    // Senders would wait for a search through more than ten million rows.
    read: wholeNumber(1, 10_000_000),
  },
  quarantineMaxBytes: {
    name: 'NONIUS_QUARANTINE_MAX_BYTES',
    default: '268435456',
    expected: 'a number of bytes from 1048576 (1 MB) to 1099511627776 (1 TB)',
    read: wholeNumber(1_048_576, 1_099_511_627_776),
  },
  quarantineDays: {
    name: 'NONIUS_QUARANTINE_DAYS',
    // An item that could not be read may be anything, and is kept for no longer than personal data.
    default: '365',
    expected: 'a whole number of days from 1 to 3650',
    read: wholeNumber(1, 3650),
  },
  maxWebhooks: {
    name: 'NONIUS_MAX_WEBHOOKS',
    default: '1000',
    expected: 'a whole number from 1 to 100000',
    // Every event is compared with all webhooks of its tenant.
    read: wholeNumber(1, 100_000),
  },
  oidcIssuer: {
    name: 'NONIUS_OIDC_ISSUER',
    expected: 'an https: URL without query and fragment; http: for this machine only',
    read: suchThat(isIssuer),
  },
  oidcAudience: {
    name: 'NONIUS_OIDC_AUDIENCE',
    default: 'nonius',
    expected: '1 to 256 characters without spaces and quotes',
    read: matching(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/),
  },
  allowPrivateWebhooks: {
    name: 'NONIUS_ALLOW_PRIVATE_WEBHOOKS',
    default: '0',
    expected: flagExpected,
    read: flag,
  },
  rateLimitPublish: {
    name: 'NONIUS_RATE_LIMIT_PUBLISH',
    also: ['RATE_LIMIT_PUBLISH'],
    // A thousand a second: no LMS known sends so many from one key.
    default: '60000/minute',
    expected: rateExpected,
    read: rate,
  },
  rateLimitQuery: {
    name: 'NONIUS_RATE_LIMIT_QUERY',
    also: ['RATE_LIMIT_QUERY'],
    default: '60000/minute',
    expected: rateExpected,
    read: rate,
  },
  rateLimitAdmin: {
    name: 'NONIUS_RATE_LIMIT_ADMIN',
    also: ['RATE_LIMIT_ADMIN'],
    default: '6000/minute',
    expected: rateExpected,
    read: rate,
  },
  unknownTypes: {
    name: 'NONIUS_UNKNOWN_TYPES',
    default: 'accept',
    expected: 'one of accept, quarantine, reject',
    read: oneOf(unknownTypesModes),
  },
  maxPayloadKeys: {
    name: 'NONIUS_MAX_PAYLOAD_KEYS',
    also: ['MAX_PAYLOAD_KEYS'],
    expected: 'a whole number from 1 to 10000',
    read: wholeNumber(1, 10_000),
  },
  corsOrigins: {
    name: 'NONIUS_CORS_ORIGINS',
    also: ['CORS_ORIGINS'],
    default: '*',
    expected: `*, or with commas between each time ${originExpected}`,
    read: either<'*', readonly string[]>(oneOf(['*']), origins),
  },
  requireAuth: {
    name: 'NONIUS_REQUIRE_AUTH',
    also: ['REQUIRE_AUTH'],
    default: '1',
    expected: flagExpected,
    read: flag,
  },
  maxQueueSize: {
    name: 'NONIUS_MAX_QUEUE_SIZE',
    also: ['MAX_QUEUE_SIZE'],
    default: '10000',
    expected: 'a whole number from 1 to 1000000',
    // Each costs some 4 KB beside its text: a million are 4 GB.
    read: wholeNumber(1, 1_000_000),
  },
  maxSubscribers: {
    name: 'NONIUS_MAX_SUBSCRIBERS',
    also: ['MAX_SUBSCRIBERS'],
    default: '5000',
    expected: 'a whole number from 1 to 100000',
    // A process has some 65,536 ports for one address of a proxy, and as many files as it is given.
    read: wholeNumber(1, 100_000),
  },
  maxSocketsPerAddress: {
    name: 'NONIUS_MAX_SOCKETS_PER_ADDRESS',
    default: 'off',
    expected: 'a whole number from 1 to 100000, or off',
    read: either(unlimited, wholeNumber(1, 100_000)),
  },
  maxWsMessageBytes: {
    name: 'NONIUS_MAX_WS_MESSAGE_BYTES',
    also: ['MAX_WS_MESSAGE_BYTES'],
    default: '524288',
    expected: 'a number of bytes from 1 to 16777216 (16 MB)',
    // We see nothing of a message before it is whole, so that so many WebSockets may be open as there
    // is memory for the largest of each. By default that is four times what API Gateway lets through;
    // larger bodies go over HTTP.
    read: wholeNumber(1, 16_777_216),
  },
  reducers: {
    name: 'NONIUS_REDUCERS',
    default: 'on-demand',
    expected: 'on-demand, built-in, off, or the path of a folder with modules',
    read: either(oneOf(['off', 'on-demand', 'built-in']), (text) =>
      text.includes('\0') ? undefined : { folder: text },
    ),
  },
  ...rootSettings,
  logLevel: {
    name: 'NONIUS_LOG_LEVEL',
    also: ['LOG_LEVEL'],
    default: 'info',
    expected: 'one of debug, info, warn, error, silent',
    read: (text) => {
      const word = text.toLowerCase()
      return logLevel(logLevels.get(word) ?? word)
    },
  },
}
