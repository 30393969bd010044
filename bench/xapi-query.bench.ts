/**
 * This bench finds statements on one machine: how long the store takes to open, what a question
 * costs against reading as many statements by their ids alone, and what adding one costs against
 * making its text and parsing it, all in one run.
 *
 *     bun bench/xapi-query.bench.ts                       a million statements, some minutes
 *     bun bench/xapi-query.bench.ts --statements 100000
 */
import { parseArgs } from 'node:util'
import type { Finder, FinderName, StatementEntry } from '../src/event/statement'
import { systemClock as clock } from '../src/platform/clock'
import { openLocalPlatform } from '../src/platform/local'
import type { Platform } from '../src/platform/platform'
import { silentLog as log } from '../src/telemetry/log'
import { temporaryFolder } from '../tests/support/folders'

const { values } = parseArgs({ options: { statements: { type: 'string', default: '1000000' } } })
const count = Number(values.statements)

const ROUNDS = 200
const A_CALL = 50
const PAGE = { limit: 100, maxBytes: 4 * 1024 * 1024 }
// One learner has some three hundred statements, an attempt sixteen. Of forty courses and of twelve
// verbs, each next one is met less often than the one before.
const LEARNERS = Math.ceil(count / 300)
const FIRST_TIME = clock.now().getTime() - count * 10

const skewed = (n: number, of: number) => Math.floor((((n * 7919) % 1009) / 1009) ** 3 * of)
const agent = (n: number) => `mbox:mailto:learner${n}@example.edu`
const verb = (n: number) => `https://example.edu/verbs/${n}`
const course = (n: number) => `https://example.edu/courses/${n}`
const activity = (n: number) => `${course(n % 40)}/activities/${n}`
const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
// As random ids do, they come in no order.
const idOf = (n: number) =>
  `${((n * 2654435761) >>> 0).toString(16).padStart(8, '0')}${uuid(n).slice(8)}`

function entryOf(n: number): StatementEntry {
  const learner = agent((n * 31) % LEARNERS)
  const object = activity(skewed(n, 40) + 40 * ((n >> 4) % 50))
  const parent = course(skewed(n, 40))
  const finders = Object.entries({
    agent: [learner],
    relatedAgent: [learner, agent(-1 - ((n >> 8) % 20))],
    verb: [verb(skewed(n, 12))],
    activity: [object],
    relatedActivity: [object, parent],
    registration: [uuid(n >> 4)],
    source: ['moodle'],
  }).flatMap(([by, found]) => found.map((value): Finder => ({ by: by as FinderName, value })))
  const stored = new Date(FIRST_TIME + n * 10).toISOString()
  const text = { actor: learner, object, parent, stored, filled: 'x'.repeat(900) }
  return {
    tenantId: 'default',
    statementId: idOf(n),
    stored,
    json: JSON.stringify(text),
    finders,
    voids: false,
    activities: [object, parent].map((id) => ({ id, json: `{"name":{"en":"${id}"}}` })),
    agents: [{ id: learner, json: `{"name":"${learner}"}` }],
    expiresAt: '2036-01-01T00:00:00.000Z',
  }
}

const cpuOf = ({ user, system }: NodeJS.CpuUsage) => user + system

async function fill({ statements }: Platform) {
  let floor = 0
  let adding = 0
  let longest = 0
  for (let n = 0; n < count; n += A_CALL) {
    const before = process.cpuUsage()
    const entries = Array.from({ length: A_CALL }, (_, at) => entryOf(n + at))
    for (const entry of entries) JSON.parse(JSON.stringify(entry))
    const made = process.cpuUsage()
    const from = performance.now()
    await statements.add(entries)
    longest = Math.max(longest, performance.now() - from)
    floor += cpuOf(made) - cpuOf(before)
    adding += cpuOf(process.cpuUsage(made))
    if (n % 500 === 0) await new Promise(setImmediate)
  }
  const each = (sum: number) => (sum / count).toFixed(1)
  console.log(
    `adding one: ${each(adding)} µs of CPU, ${(adding / floor).toFixed(1)} × making and parsing its text ` +
      `(${each(floor)} µs); the longest call of ${A_CALL} took ${longest.toFixed(0)} ms\n`,
  )
}

const questions: [name: string, finders: Finder[]][] = [
  ['nothing', []],
  ['an agent', [{ by: 'agent', value: agent(7) }]],
  ['the commonest verb', [{ by: 'verb', value: verb(0) }]],
  ['an activity', [{ by: 'activity', value: activity(40) }]],
  ['a registration', [{ by: 'registration', value: uuid(count >> 5) }]],
  ['a course, related', [{ by: 'relatedActivity', value: course(0) }]],
  ['a teacher, related', [{ by: 'relatedAgent', value: agent(-3) }]],
  [
    'an agent and a verb',
    [
      { by: 'agent', value: agent(7) },
      { by: 'verb', value: verb(0) },
    ],
  ],
  [
    'a course and a verb',
    [
      { by: 'relatedActivity', value: course(0) },
      { by: 'verb', value: verb(1) },
    ],
  ],
]

async function timed(work: () => Promise<number>) {
  const took: number[] = []
  let found = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = performance.now()
    found = await work()
    took.push(performance.now() - from)
  }
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.floor(took.length * share)]!
  return { found, p50: at(0.5), p99: at(0.99) }
}

async function askAll({ statements }: Platform) {
  const byId = await timed(async () => {
    for (let n = 0; n < PAGE.limit; n += 1) {
      await statements.get('default', idOf(Math.floor((n * count) / PAGE.limit)))
    }
    return PAGE.limit
  })
  console.log(
    `${PAGE.limit} by their ids: ${byId.p50.toFixed(2)} ms, p99 ${byId.p99.toFixed(2)} ms\n`,
  )
  console.log('| found by | statements | p50, ms | p99, ms | × by their ids |')
  console.log('|---|---|---|---|---|')
  for (const [name, finders] of questions) {
    const { found, p50, p99 } = await timed(async () => {
      const query = { finders, ascending: false }
      return (await statements.query('default', query, PAGE)).statements.length
    })
    const cells = [found, p50.toFixed(2), p99.toFixed(2), (p50 / byId.p50).toFixed(1)]
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
  const definition = await timed(async () => {
    return (await statements.activity('default', activity(40))).length
  })
  console.log(
    `\na definition: ${definition.p50.toFixed(2)} ms, p99 ${definition.p99.toFixed(2)} ms`,
  )
}

using folder = temporaryFolder()
console.log(`${count.toLocaleString('en')} statements\n`)
{
  await using platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
  await fill(platform)
}
{
  const from = performance.now()
  await using platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
  await platform.statements.get('default', idOf(0))
  console.log(`opened in ${(performance.now() - from).toFixed(0)} ms\n`)
  await askAll(platform)
  console.log(`memory: ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB`)
}
