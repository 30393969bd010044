import { readConfig } from '../src/config/read-config'
import type { IndexProfile } from '../src/platform/aws/deployed/index-profiles'
import { profileNames, profiles } from './profiles'
import { isPermanentStage } from './stage'

// The deployer's environment is read here, all of it; see docs/aws.md.
const { NONIUS_INDEX_PROFILE: profile = 'standard' } = process.env

if (!(profile in profiles)) {
  const known = profileNames.join(', ')
  throw new Error(`NONIUS_INDEX_PROFILE must be one of ${known}; it is ${JSON.stringify(profile)}.`)
}

export const { indexes, hotTtlDays } = profiles[profile as IndexProfile]

/** Alarms are sent to this address; AWS asks it for its consent. Without one they only show. */
export const alarmEmail = process.env.NONIUS_ALARM_EMAIL || undefined

/** If true, an alarm says that senders bring fewer than two events a request. */
export const isBatchSizeWatched = flag('NONIUS_ALARM_BATCH_SIZE')

const { NONIUS_DOMAIN: name, NONIUS_ZONE_ID: zone } = process.env

if (name && !zone)
  throw new Error('NONIUS_DOMAIN needs NONIUS_ZONE_ID, the id of its zone in Route 53.')

/**
 * The API can have a name of one's own, and this zone of Route 53, in the same account, holds it.
 */
export const domain = name && zone ? { name, zone } : undefined

// Lambda's own limit is fifteen minutes, of which the last is for the end. Whoever reloads a page leaves a
// stream behind that nobody reads, which counts and costs until it ends: by default that is sooner.
const LONGEST_STREAM_S = 14 * 60
const USUAL_STREAM_S = 5 * 60

/** A stream over HTTP ends after so many seconds, and its client comes again. */
export const streamSeconds = wholeNumber('NONIUS_STREAM_SECONDS', {
  ...{ usual: USUAL_STREAM_S, least: 10, most: LONGEST_STREAM_S },
})

/**
 * At most so many streams run at a time, and so many of the account's concurrent calls are kept for
 * them. Without it they share what all functions have: an account begins with ten calls in all.
 */
export const maxStreams = process.env.NONIUS_MAX_STREAMS
  ? wholeNumber('NONIUS_MAX_STREAMS', { usual: 0, least: 1, most: 10_000 })
  : undefined

// A hundred calls with ten attempts each take a tenth of the thousand that an account usually may have at once; a new
// account may have ten. Lambda takes no fewer than two ("Configuring maximum concurrency", its guide).
const USUAL_DELIVERING = 100

/** At most so many calls of `deliver` run at a time, whatever receivers do. */
export const maxDelivering = wholeNumber('NONIUS_MAX_DELIVERING', {
  ...{ usual: USUAL_DELIVERING, least: 2, most: 1000 },
})

// A fifth of the calls that an account usually may have at once.
const USUAL_STREAMS = 200

/** One tenant has at most half of them. */
export const maxStreamsPerTenant = Math.ceil((maxStreams ?? USUAL_STREAMS) / 2)

// A deployment of this price takes in a hundred events a second, day and night, and some more.
const USUAL_BILL_USD = 1000

/** An alarm says when the account's bill of a month is above this; 0 for none. */
export const billUsd = wholeNumber('NONIUS_ALARM_USD', {
  ...{ usual: USUAL_BILL_USD, least: 0, most: 1_000_000_000 },
})

/** Things are made in this region. */
export const deployedTo = process.env.AWS_REGION ?? 'us-east-1'

function flag(name: string): boolean {
  const given = process.env[name] || '0'
  if (given === '1' || given === '0') return given === '1'
  throw new Error(`${name} must be 1 or 0; it is ${JSON.stringify(given)}.`)
}

/**
 * Each retention class has so many delivery streams of Firehose. An account may have at least 50 in a region
 * ("Amazon Data Firehose Quota"), and a policy names all but the first by one digit.
 */
export const archiveStreams = wholeNumber('NONIUS_ARCHIVE_STREAMS', {
  ...{ usual: 1, least: 1, most: 9 },
})

// Fewer units a new table has anyway; more than these no account has without having asked for years.
const NEW_TABLE_WRITES = 4000
const MOST_WRITES = 1_000_000

/**
 * The table of events and its indexes take so many write units a second from their first second on. It can be
 * raised and never lowered: AWS knows no way back, and the provider would replace the table.
 */
export const warmWrites = process.env.NONIUS_WARM_WRITES
  ? wholeNumber('NONIUS_WARM_WRITES', { usual: 0, least: NEW_TABLE_WRITES, most: MOST_WRITES })
  : undefined

// The API takes the ceiling off by this number ("OnDemandThroughput").
const NO_CEILING = -1

/** The table of events takes at most so many write units a second: what bounds the bill of an attack. */
export const maxWrites = ceilingOf(process.env.NONIUS_MAX_WRITES)

function ceilingOf(given: string | undefined): number | undefined {
  if (!given) return undefined
  if (given === 'none') return NO_CEILING
  const bounds = { usual: 0, least: 100, most: MOST_WRITES }
  const ceiling = wholeNumber('NONIUS_MAX_WRITES', bounds)
  if (ceiling >= (warmWrites ?? 0)) return ceiling
  throw new Error(
    `NONIUS_MAX_WRITES must not be below NONIUS_WARM_WRITES, ${warmWrites}; it is ${ceiling}.`,
  )
}

function wholeNumber(name: string, bounds: { usual: number; least: number; most: number }): number {
  const { usual, least, most } = bounds
  const given = process.env[name] || String(usual)
  const number = Number(given)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new Error(
    `${name} must be a whole number from ${least} to ${most}; it is ${JSON.stringify(given)}.`,
  )
}

const { NONIUS_ROOTS_TO: rootsTo = '', NONIUS_ROOTS_KEY: rootsKey = '' } = process.env

/** The one function that publishes roots of the log has these settings: the key is nobody else's. */
export const rootSettings: Record<string, string> = {
  ...(rootsTo !== '' && { NONIUS_ROOTS_TO: rootsTo }),
  ...(rootsKey !== '' && { NONIUS_ROOTS_KEY: rootsKey }),
}

// A wrong setting is named here, and not by a function that cannot start.
const rootPlaces = readConfig(rootSettings).rootsTo ?? []
if (rootPlaces.some(({ kind }) => kind === 'file')) {
  throw new Error('NONIUS_ROOTS_TO names a file, which a function has not: name a bucket, s3://…')
}

/** Roots are put into these buckets, which are not ours. */
export const rootBuckets = rootPlaces.filter((place) => place.kind === 'bucket')

// These of the README's settings mean something where there is no port, folder or demo key.
const passedOn = [
  'NONIUS_MAX_BODY_BYTES',
  'NONIUS_HOT_TTL_DAYS',
  'NONIUS_XAPI',
  'NONIUS_XAPI_RETENTION_DAYS',
  'NONIUS_XAPI_VERSIONS',
  'NONIUS_XAPI_DEFAULT_VERSION',
  'NONIUS_QUARANTINE_MAX_ITEMS',
  'NONIUS_QUARANTINE_DAYS',
  'NONIUS_QUARANTINE_MAX_BYTES',
  'NONIUS_MAX_WEBHOOKS',
  'NONIUS_MAX_SUBSCRIBERS',
  'NONIUS_RATE_LIMIT_PUBLISH',
  'NONIUS_RATE_LIMIT_QUERY',
  'NONIUS_RATE_LIMIT_ADMIN',
  'NONIUS_OIDC_ISSUER', // replaces the user pool that is made
  'NONIUS_OIDC_AUDIENCE',
  'NONIUS_LOG_LEVEL',
]

// They cost nothing before somebody asks for states.
const { NONIUS_REDUCERS: named = '' } = process.env
const reducers = named || 'on-demand'

/** The folder of the operator's reducers, which are bundled; none where only those of Nonius run. */
export const reducersFolder = ['off', 'on-demand', 'built-in', ''].includes(reducers)
  ? undefined
  : reducers

const given = passedOn.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))

// One key may take half of what an account answers, ten requests a second for each of a thousand calls at a time
// (https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html): a key in a loop leaves the other half to all others, and
// a school at its bell, which brings 1,900 requests a second of 8,400 (docs/scale.md), has room.
const MOST_PUBLISHED = '300000/minute'

/** The functions read this as one machine reads its environment. */
export const environment: Record<string, string> = {
  // The stage decides, whatever the deployer's environment says: nobody weakens production by it.
  NONIUS_ENVIRONMENT: isPermanentStage ? 'production' : 'development',
  NONIUS_HOT_TTL_DAYS: String(hotTtlDays),
  NONIUS_RATE_LIMIT_PUBLISH: MOST_PUBLISHED,
  NONIUS_REDUCERS: ['off', 'on-demand'].includes(reducers) ? reducers : 'built-in',
  ...Object.fromEntries(given),
}

const doors = ['cloudfront', 'cloudfront-private'] as const
const { NONIUS_DOOR: givenDoor = '' } = process.env

if (givenDoor !== '' && !doors.some((one) => one === givenDoor)) {
  throw new Error(
    `NONIUS_DOOR must be ${doors.join(' or ')}, or left out; it is ${JSON.stringify(givenDoor)}.`,
  )
}

/**
 * CloudFront and its firewall can stand before the API. `cloudfront`: before the URLs of functions, which answer to
 * nobody else; `cloudfront-private`: no function has a public URL.
 */
export const doorKind = (givenDoor || undefined) as (typeof doors)[number] | undefined

// An account may have 10,000 requests a second, and 5,000 at once, through all of its APIs in a region, and 2,500 in
// these ("Amazon API Gateway quotas", its guide). Neither of our two APIs takes what the other needs.
const SMALL_QUOTA =
  /^(af-south-1|ap-south-2|ap-southeast-[3457]|ca-west-1|eu-central-2|eu-south-[12]|il-central-1|me-central-1|mx-central-1)$/
const quota = SMALL_QUOTA.test(process.env.AWS_REGION ?? '') ? 2500 : 10_000
const USUAL_REQUESTS = 0.8 * quota
const USUAL_MESSAGES = 0.2 * quota
const MOST_BY_QUOTA = 100_000

/** So many requests a second pass the HTTP API, where there is one; more are answered 429 by AWS. */
export const gatewayRequests = wholeNumber('NONIUS_GATEWAY_REQUESTS', {
  ...{ usual: USUAL_REQUESTS, least: 1, most: MOST_BY_QUOTA },
})

/** So many connections and messages a second pass the WebSocket API. */
export const gatewayMessages = wholeNumber('NONIUS_GATEWAY_MESSAGES', {
  ...{ usual: USUAL_MESSAGES, least: 1, most: MOST_BY_QUOTA },
})
