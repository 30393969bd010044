import { editsBetween } from '../syntax/edits'

/** An address that people look for, with what it is for. */
interface Address {
  method: 'GET' | 'POST'
  path: string
  use: string
}

const caliper: Address = { method: 'POST', path: '/caliper/v1p2/events', use: 'Caliper events' }
const byUrl: Address = {
  method: 'POST',
  path: '/caliper/in/{key}',
  use: 'Caliper events, where only an address can be set',
}
const statements: Address = { method: 'POST', path: '/xapi/statements', use: 'xAPI statements' }
const native: Address = { method: 'POST', path: '/api/v1/events', use: 'events of your own making' }

/** Senders have these addresses. */
export const sending: readonly Address[] = [caliper, byUrl, statements, native]

/** Everybody else has these. */
export const others: readonly Address[] = [
  { method: 'POST', path: '/caliper/v1p2/events/validate', use: 'checking Caliper events' },
  { method: 'POST', path: '/api/v1/events/validate', use: 'checking events of your own making' },
  { method: 'POST', path: '/xapi/statements/validate', use: 'checking xAPI statements' },
  { method: 'GET', path: '/analytics/events', use: 'reading events back' },
  { method: 'GET', path: '/quarantine', use: 'what could not be kept as an event' },
  { method: 'GET', path: '/sources', use: 'sources' },
  { method: 'GET', path: '/webhooks', use: 'webhooks' },
  { method: 'GET', path: '/docs', use: 'the documentation' },
  { method: 'GET', path: '/openapi.json', use: 'the OpenAPI document' },
  { method: 'GET', path: '/health', use: 'health checks' },
  { method: 'GET', path: '/ready', use: 'readiness checks' },
]

/** Words of an address by which systems of learning show what they mean to send. */
const habits: [words: RegExp, meant: readonly Address[]][] = [
  // Moodle, D2L and Blackboard are given the address of an endpoint, of whatever version.
  [/caliper|v1p[012]|sensor/i, [caliper, byUrl]],
  // Learning Locker, SCORM Cloud and Veracity serve /data/xAPI, /lrs and /xAPI.
  [/xapi|tincan|lrs|statement/i, [statements]],
  [/event|track|collect|ingest|batch|log|import|webhook/i, [native, caliper]],
]

/**
 * Names the addresses that may have been meant by one that nothing is served at.
 * @returns a sentence, or an empty text when nothing is near
 */
export function nearMiss(path: string): string {
  if (path === '/') return saying(sending)
  // Nobody mistypes at length, and a long path takes long to compare.
  const wanted = path.toLowerCase().slice(0, LONGEST)
  const near = [...sending, ...others].filter((one) => isNear(wanted, one.path))
  if (near.length > 0) return saying(near.slice(0, 1))
  const [, meant = []] = habits.find(([words]) => words.test(wanted)) ?? []
  return saying(meant)
}

const LONGEST = 80
// A letter lost, doubled or swapped, and a plural.
const MOST_EDITS = 2

/** Lists the names that somebody may have meant by one that is not known. */
export function nearOnes(name: string, known: Iterable<string>): string[] {
  const wanted = name.toLowerCase().slice(0, LONGEST)
  // Everything is near a name of three letters.
  return [...known].filter(
    (one) => one.length > MOST_EDITS + 1 && isNear(wanted, one.toLowerCase()),
  )
}

function isNear(wanted: string, path: string): boolean {
  if (Math.abs(wanted.length - path.length) > MOST_EDITS) return false
  return editsBetween(wanted, path) <= MOST_EDITS
}

function saying(meant: readonly Address[]): string {
  const named = meant.map(({ method, path, use }) => `${method} ${path} (${use})`)
  return named.length === 0 ? '' : `Did you mean ${named.join(', or ')}?`
}
