import type { ReadEvent } from '../../../src/event/reading'
import type { StandardName } from '../../../src/event/record'
import { loadPersonalData } from '../../../src/governance/personal/load'
import type { FieldTreatment } from '../../../src/governance/policy/decision'
import type { Policy, Treatment } from '../../../src/governance/policy/policy'
import { standardNamed, standards } from '../../../src/standards'
import { finish } from '../../../src/syntax/steps'

export const [caliper, native, xapi] = standards.map(({ name }) => name) as [
  StandardName,
  StandardName,
  StandardName,
]

export const server = {
  requestId: 'r',
  ip: '203.0.113.77',
  userAgent: 'Mozilla/5.0 Firefox/130.0',
}

/** Makes pseudonyms that are told apart, and name nobody. */
export function of(id: string): string {
  let sum = 0
  for (const char of id) sum = (sum * 31 + char.codePointAt(0)!) % 1_000_000_007
  return `urn:nonius:pseudonym:1.${String(sum).padStart(22, 'p')}`
}

export const personal = await loadPersonalData()

export const asked = (treatment: Treatment, fields?: string[]): FieldTreatment[] => [
  { rule: 'r', treatment, fields },
]

export function cleaned(
  name: StandardName,
  raw: string,
  treatments: FieldTreatment[],
  addresses: Policy['addresses'] = 'keep',
) {
  const by = { pseudonyms: { of }, policy: { addresses } }
  return personal.cleanText(raw, name, treatments, by)?.raw
}

export async function eventOf(name: StandardName, raw: string): Promise<ReadEvent> {
  const { readItem } = await standardNamed(name)!.load()
  const { items } = finish(readItem(raw, { context: {}, receivedAt: '2026-01-01T00:00:00.000Z' }))
  const [item] = items
  if (item === undefined || !('event' in item)) throw new Error(JSON.stringify(item))
  return item.event
}

export async function cleanedEvent(name: StandardName, raw: string, treatments: FieldTreatment[]) {
  const event = { ...(await eventOf(name, raw)), server }
  const by = { pseudonyms: { of }, policy: { addresses: 'keep' as const } }
  return personal.clean(event, treatments, by).event
}
