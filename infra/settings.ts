import type { IndexProfile } from '../src/platform/aws/deployed/index-profiles'
import { profileNames, profiles } from './profiles'

// All of the deployer's environment; see docs/aws.md.
const { NONIUS_INDEX_PROFILE: profile = 'standard' } = process.env

if (!(profile in profiles)) {
  const known = profileNames.join(', ')
  throw new Error(`NONIUS_INDEX_PROFILE must be one of ${known}; it is ${JSON.stringify(profile)}.`)
}

export const { indexes, hotTtlDays } = profiles[profile as IndexProfile]

/** Where alarms are sent; AWS asks that address for its consent. Without one they only show. */
export const alarmEmail = process.env.NONIUS_ALARM_EMAIL

const { NONIUS_DOMAIN: name, NONIUS_ZONE_ID: zone } = process.env

if (name && !zone)
  throw new Error('NONIUS_DOMAIN needs NONIUS_ZONE_ID, the id of its zone in Route 53.')

/** A name of one's own for the API, and the zone of Route 53, in the same account, that holds it. */
export const domain = name && zone ? { name, zone } : undefined

// Those of the README's settings that mean something where there is no port, folder or demo key.
const passedOn = [
  'NONIUS_MAX_BODY_BYTES',
  'NONIUS_HOT_TTL_DAYS',
  'NONIUS_QUARANTINE_MAX_ITEMS',
  'NONIUS_QUARANTINE_MAX_BYTES',
  'NONIUS_MAX_WEBHOOKS',
  'NONIUS_OIDC_ISSUER', // instead of the user pool that is made
  'NONIUS_OIDC_AUDIENCE',
  'NONIUS_LOG_LEVEL',
]

const given = passedOn.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))

/** What the functions read as one machine reads its environment. */
export const environment: Record<string, string> = {
  NONIUS_HOT_TTL_DAYS: String(hotTtlDays),
  ...Object.fromEntries(given),
}
