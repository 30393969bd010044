import { type IndexProfile, indexProfiles } from '../src/platform/aws/index-profiles'
import type { IndexName } from '../src/platform/aws/resources'

/** Of the deployer's environment; see docs/aws.md. */
const { NONIUS_INDEX_PROFILE: profile = 'standard' } = process.env

if (!(profile in indexProfiles)) {
  const known = Object.keys(indexProfiles).join(', ')
  throw new Error(`NONIUS_INDEX_PROFILE must be one of ${known}; it is ${JSON.stringify(profile)}.`)
}

export const indexes: readonly IndexName[] = indexProfiles[profile as IndexProfile]

/** Where alarms are sent; AWS asks that address for its consent. Without one they only show. */
export const alarmEmail = process.env.NONIUS_ALARM_EMAIL

/** A name of your own for the API, in a zone that Route 53 holds in the same account. */
export const domain = process.env.NONIUS_DOMAIN

// Those of the README's settings that mean something where there is no port, folder or demo key.
const passedOn = [
  'NONIUS_MAX_BODY_BYTES',
  'NONIUS_HOT_TTL_DAYS',
  'NONIUS_QUARANTINE_MAX_ITEMS',
  'NONIUS_QUARANTINE_MAX_BYTES',
  'NONIUS_OIDC_ISSUER', // instead of the user pool that is made
  'NONIUS_OIDC_AUDIENCE',
  'NONIUS_LOG_LEVEL',
]

/** What the functions read as one machine reads its environment. */
export const environment = Object.fromEntries(
  passedOn.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
)
