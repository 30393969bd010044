import type { Fragment } from '../event/statement'
import { eachOf, inTurns } from '../syntax/steps'
import type { NamedAgent } from './agent'

type Members = Record<string, unknown>

/** An agent with everything that is known of it: each member is a list (xAPI 1.0.3, Communication, 2.4). */
export interface Person {
  objectType: 'Person'
  [member: string]: unknown
}

/**
 * Makes the Person of an agent: the identifier that was asked for, and every name by which statements
 * know it; where none does, the name that was asked for.
 * @param fragments of the agent, oldest first
 */
export async function personOf(
  { agent }: NamedAgent,
  fragments: readonly Fragment[],
): Promise<Person> {
  const said = await parsed(fragments)
  const known = namesIn(said)
  const names = known.length > 0 ? known : namesIn([agent])
  const person: Person = { objectType: 'Person' }
  if (names.length > 0) person.name = names
  for (const name of identifiers) if (agent[name] !== undefined) person[name] = [agent[name]]
  return person
}

// One of them identifies an agent (xAPI 1.0.3, Data, 2.4.2.3).
const identifiers = ['mbox', 'mbox_sha1sum', 'openid', 'account']

function namesIn(values: readonly Members[]): string[] {
  const names = values.map(({ name }) => name).filter((name) => typeof name === 'string')
  return [...new Set(names)]
}

export interface Activity {
  objectType: 'Activity'
  id: string
  definition?: Members
}

/**
 * Makes an activity of everything that statements said of it. Of language maps and extensions each
 * entry counts, of other members the newest; one of which nothing was said has only its id.
 * @param fragments its definitions, oldest first
 */
export async function activityOf(id: string, fragments: readonly Fragment[]): Promise<Activity> {
  const definitions = await parsed(fragments)
  if (definitions.length === 0) return { objectType: 'Activity', id }
  const merged = new Map<string, unknown>()
  for (const definition of definitions) {
    for (const [member, value] of Object.entries(definition)) {
      merged.set(member, mergedMember(member, merged.get(member), value))
    }
  }
  return { objectType: 'Activity', id, definition: Object.fromEntries(merged) }
}

// Members whose entries stand for themselves (xAPI 1.0.3, Data, 2.4.4.1).
const maps = ['name', 'description', 'extensions']

function mergedMember(member: string, older: unknown, newer: unknown): unknown {
  if (!maps.includes(member) || !isObject(older) || !isObject(newer)) return newer
  return Object.fromEntries([...Object.entries(older), ...Object.entries(newer)])
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function parsed(fragments: readonly Fragment[]): Promise<Members[]> {
  const values = await inTurns(eachOf(fragments, ({ json }): unknown => JSON.parse(json)))
  return values.filter(isObject)
}
