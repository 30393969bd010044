import type { ReadEvent } from '../src/event/reading'
import { loadPersonalData } from '../src/governance/personal/load'
import { newKey, pseudonymBy } from '../src/governance/pseudonyms/keys'
import { standardNamed } from '../src/standards'
import { finish } from '../src/syntax/steps'

/*
 * How long it takes to take the people out of a Caliper event: `bun bench/personal.ts`. It counts the time of the
 * processor, so that other work of the machine does not.
 */

const EVENTS = 2_000
const ROUNDS = 30
const WARMING = 10

function eventOf(number: number): string {
  const user = `https://example.edu/users/${500_000 + (number % 1000)}`
  const section = 'https://example.edu/terms/201801/courses/7/sections/1'
  return JSON.stringify({
    '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
    id: `urn:uuid:3a648e68-f00d-4c08-aa59-8738e1${100_000 + number}`,
    type: 'NavigationEvent',
    actor: { id: user, type: 'Person' },
    action: 'NavigatedTo',
    object: {
      id: `${section}/pages/2`,
      type: 'WebPage',
      name: 'Learning Analytics Specifications',
      description: 'Overview of standards of learning analytics, with emphasis on Caliper.',
      dateCreated: '2018-08-01T09:00:00.000Z',
    },
    eventTime: '2018-11-15T10:15:00.000Z',
    referrer: { id: `${section}/pages/1`, type: 'WebPage' },
    edApp: { id: 'https://example.edu', type: 'SoftwareApplication' },
    group: { id: section, type: 'CourseSection', courseNumber: 'CPS 435-01' },
    membership: {
      id: `${section}/rosters/1`,
      type: 'Membership',
      member: { id: user, type: 'Person' },
      organization: { id: section, type: 'CourseSection' },
      roles: ['Learner'],
      status: 'Active',
      dateCreated: '2018-08-01T06:00:00.000Z',
    },
    session: {
      id: 'https://example.edu/sessions/1f6442a482de72ea6ad134943812bff564a76259',
      type: 'Session',
      startedAtTime: '2018-11-15T10:00:00.000Z',
    },
  })
}

async function readAll(): Promise<ReadEvent[]> {
  const { readItem } = await standardNamed('caliper')!.load()
  const origin = { context: {}, receivedAt: '2018-11-15T10:15:01.000Z' }
  return Array.from({ length: EVENTS }, (_, number) => {
    const [item] = finish(readItem(eventOf(number), origin)).items
    if (item === undefined || !('event' in item)) throw new Error('the example is refused')
    return item.event
  })
}

/** @returns the time of the processor in µs an event, once everything is compiled */
function measure(each: (event: ReadEvent) => unknown, events: readonly ReadEvent[]): number {
  let from = 0
  for (let round = -WARMING; round < ROUNDS; round += 1) {
    if (round === 0) from = process.cpuUsage().user
    for (const event of events) each(event)
  }
  return (process.cpuUsage().user - from) / events.length / ROUNDS
}

const personal = await loadPersonalData()
const events = await readAll()
const key = newKey(1, '2018-11-15T00:00:00.000Z')
const known = new Map<string, string>()
function of(id: string): string {
  let pseudonym = known.get(id)
  if (pseudonym === undefined) {
    pseudonym = pseudonymBy(key, id)
    known.set(id, pseudonym)
  }
  return pseudonym
}
const by = { pseudonyms: { of }, policy: { addresses: 'keep' as const } }
const server = { requestId: 'r', ip: '203.0.113.7', userAgent: 'Mozilla/5.0 Firefox/130.0' }
const asked = [{ rule: 'pii', treatment: 'pseudonymise' as const }]

const lines = [
  ['JSON.parse, to compare', measure(({ raw }) => JSON.parse(raw), events)],
  ['people of an event', measure(({ raw }) => personal.peopleIn(raw, 'caliper'), events)],
  ['pseudonymised', measure((event) => personal.clean({ ...event, server }, asked, by), events)],
  ['no treatment', measure((event) => personal.clean({ ...event, server }, [], by), events)],
] as const
for (const [what, us] of lines) {
  process.stdout.write(`${what.padEnd(24)} ${us.toFixed(2)} µs an event\n`)
}
