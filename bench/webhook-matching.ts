/**
 * This part of `webhooks.bench.ts` measures what it costs to find, for an event, those of ten thousand
 * webhooks of one tenant that want it, and to cut their messages. By itself:
 *
 *   npx bun bench/webhook-matching.ts [WEBHOOKS]
 *   npx bun build bench/webhook-matching.ts --target=node --outfile=FILE.mjs && node FILE.mjs
 */
import { createFanOut } from '../src/changes/fan-out'
import { subjectOf } from '../src/event/conditions'
import type { EventRecord } from '../src/event/record'
import type { DeliveryQueue, Outgoing } from '../src/platform/delivery-queue'
import type { WebhookSubscription, Webhooks } from '../src/platform/registry/webhooks'
import { finish } from '../src/syntax/steps'
import { silentLog } from '../src/telemetry/log'
import { createSubscribers } from '../src/webhooks/choosing/subscribers'

/** An event may cost so much, by issue 16. */
export const MOST_MICROSECONDS = 20

const EVENTS = 2000
const ROUNDS = 10
const TENANT = 'school'
const NOW = '2026-11-29T08:00:00.000Z'

const types = ['quiz_started', 'answer_submitted', 'quiz_completed', 'GradeEvent', 'ViewEvent']
const pick = <Value>(list: readonly Value[], n: number) => list[n % list.length]!
const course = (n: number) => `https://example.edu/courses/${n}`
const person = (n: number) => `https://example.edu/users/${n}`

// Text from the network is one flat string, and new in each event.
const fresh = (text: string) => Buffer.from(text).toString()

function anEvent(n: number): EventRecord {
  const payload = {
    course: course((n * 7919) % 500),
    score: ((n * 7919) % 1000) / 1000,
    answers: Array.from({ length: 12 }, (_, at) => ({ question: `q-${at}`, text: 'x'.repeat(60) })),
  }
  const sent = { event_type: pick(types, n), user_id: person((n * 104_729) % 20_000), payload }
  return {
    kind: 'event',
    tenantId: TENANT,
    sourceId: pick(['lms', 'quiz', 'reader'], n),
    eventId: fresh(`evt_${n}`),
    standard: 'native',
    type: fresh(sent.event_type),
    actorId: fresh(sent.user_id),
    sessionId: fresh(`session-${n % 5000}`),
    groupId: fresh(payload.course),
    score: payload.score,
    eventTime: NOW,
    receivedAt: NOW,
    privacyLevel: 'standard',
    retentionClass: 'standard',
    expiresAt: '2027-11-29T08:00:00.000Z',
    conformant: true,
    issueCodes: [],
    server: { requestId: 'req_1' },
    raw: fresh(JSON.stringify(sent)),
  }
}

type Asked = Pick<WebhookSubscription, 'events' | 'filters'> & Pick<WebhookSubscription, 'rule'>

/** Webhooks of one kind each, but for the first. */
const kinds: Record<string, (n: number) => Asked> = {
  'as in a school': (n) => pick(school, n)(n),
  'a type and a source each': (n) => ({
    events: [`type-${n}`],
    filters: [{ field: 'sourceId', in: [pick(['lms', 'quiz', 'reader'], n)] }],
  }),
  'a course each': (n) => ({ events: ['*'], filters: [{ field: 'groupId', in: [course(n)] }] }),
  'a rule into the item each': (n) => ({
    events: ['*'],
    filters: [],
    rule: { path: 'payload.course', equals: course(n) },
  }),
}

const school: readonly ((n: number) => Asked)[] = [
  // One system in a thousand wants all there is.
  (n) => (n % 1000 === 0 ? { events: ['*'], filters: [] } : pick(school, 1)(n)),
  (n) => ({
    events: [pick(types, n)],
    filters: [
      { field: 'groupId', in: [course(n % 500)] },
      { path: 'score', lt: 0.3 },
    ],
  }),
  (n) => ({
    events: ['GradeEvent', 'quiz_completed'],
    filters: [{ field: 'actorId', in: [person(n)] }],
  }),
  (n) => ({
    events: ['*'],
    filters: [{ field: 'groupId', in: [course(n)] }],
    rule: { path: 'payload.score', gt: 0.9 },
  }),
  (n) => ({ events: [`assignment_${n}_closed`], filters: [] }),
]

function aWebhook(n: number, asked: Asked): WebhookSubscription {
  return {
    webhookId: `whk_${n}`,
    tenantId: TENANT,
    name: `Webhook ${n}`,
    targetUrl: 'https://hooks.example.edu/in',
    ...asked,
    enabled: true,
    owed: [{ from: '0' }],
    createdAt: NOW,
    updatedAt: NOW,
  }
}

export interface Matching {
  kind: string
  /** Finding alone, and all of the fan-out but the queue: CPU time an event, of the fastest round. */
  findMicroseconds: number
  fanOutMicroseconds: number
  /** An event is wanted by so many. */
  found: number
  isWithin: boolean
}

/** Measures each kind of webhooks. @param webhooks there are so many of each */
export async function measureMatching(webhooks = 10_000): Promise<Matching[]> {
  const events = Array.from({ length: EVENTS }, (_, n) => anEvent(n))
  const results: Matching[] = []
  for (const [kind, askedBy] of Object.entries(kinds)) {
    const all = Array.from({ length: webhooks }, (_, n) => aWebhook(n, askedBy(n)))
    const subscribers = createSubscribers()
    finish(subscribers.update(all))
    let found = 0
    const finding = await fastestOf(() => {
      found = 0
      for (const event of events) found += finish(subscribers.wanting(subjectOf(event))).length
    })
    const fanOut = aFanOut(all)
    const fanningOut = await fastestOf(() => fanOut(events))
    results.push({
      kind,
      findMicroseconds: finding,
      fanOutMicroseconds: fanningOut,
      found: found / EVENTS,
      isWithin: finding <= MOST_MICROSECONDS,
    })
  }
  return results
}

async function fastestOf(work: () => void | Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(from)
    best = Math.min(best, (user + system) / EVENTS)
  }
  return best
}

/** Fans out in batches of a thousand, to a queue that has them at once. */
function aFanOut(all: readonly WebhookSubscription[]) {
  const { handle } = createFanOut({
    registry: { webhooks: { listAll: async () => all } as unknown as Webhooks },
    deliveries: { enqueue: async (_: readonly Outgoing[]) => {} } as DeliveryQueue,
    clock: { now: () => new Date(NOW), monotonic: () => 0 },
    log: silentLog,
  })
  return async (events: readonly EventRecord[]) => {
    for (let at = 0; at < events.length; at += 1000) {
      const records = events.slice(at, at + 1000)
      const batch = { id: `${at}`, count: records.length, records: () => records }
      await handle({ ...batch, isWithin: () => true, storedAt: () => 0 })
    }
  }
}

/** Writes a line for each kind. */
export function linesOf(results: readonly Matching[]): string[] {
  return results.map(({ kind, findMicroseconds, fanOutMicroseconds, found }) => {
    const figures = [findMicroseconds, fanOutMicroseconds].map((one) => one.toFixed(2).padStart(7))
    return `${kind.padEnd(26)} ${figures[0]} µs/event to find, ${figures[1]} with cutting, ${found.toFixed(1)} found`
  })
}

if (import.meta.main) {
  const webhooks = Number(process.argv[2] ?? 10_000)
  const results = await measureMatching(webhooks)
  console.log(`${webhooks} webhooks of one tenant, cpu time`)
  for (const line of linesOf(results)) console.log(line)
  if (!results.every(({ isWithin }) => isWithin)) process.exitCode = 1
}
