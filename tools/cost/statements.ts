import { randomUUID } from 'node:crypto'
import { AUTHORITY_HOME, type StatementEntry } from '../../src/event/statement'
import { type Item, itemBytes, units } from '../../src/platform/aws/events/write-units'
import { createBodies } from '../../src/platform/aws/statements/body'
import { lastPutOf, putsOf } from '../../src/platform/aws/statements/entries'

/** The footprint says what a record store makes of a statement, read off the items that it writes. */
export interface StatementFootprint {
  /** The item and its entries take so many write units. */
  writeUnits: number
  /** They are so many items, */
  items: number
  /** and occupy so many bytes, with what DynamoDB adds to each. */
  bytes: number
}

// So many samples are enough for a mean that is stable to the third digit.
const SAMPLES = 400
// An item has 100 bytes of overhead ("DynamoDB item sizes").
const ITEM_OVERHEAD_BYTES = 100

export async function statementFootprint(bytes: number): Promise<StatementFootprint> {
  const bodies = createBodies({ put: async () => {}, get: async () => undefined })
  const written: Item[] = []
  for (const entry of sampleStatements(bytes)) {
    const base = { ...entry, order: PLACE }
    const puts = [
      ...putsOf(entry.tenantId, base, entry.finders),
      lastPutOf(entry.tenantId, base, entry.finders, true),
    ]
    written.push(await bodies.toItem(entry, PLACE))
    written.push(...puts.map(({ PutRequest }) => PutRequest!.Item!))
  }
  const sum = (of: (item: Item) => number) =>
    written.reduce((total, item) => total + of(item), 0) / SAMPLES
  return {
    writeUnits: sum((item) => units(itemBytes(item))),
    items: written.length / SAMPLES,
    bytes: sum((item) => itemBytes(item) + ITEM_OVERHEAD_BYTES),
  }
}

// A place has so many characters (`events/place.ts`).
const PLACE = '0'.repeat(26)

/**
 * Makes statements of about `bytes` each as Moodle's plugin sends them: a learner in an activity of
 * a course, whose course, site and plugin stand in the context; with a registration, as cmi5 and
 * H5P have one, and an instructor.
 */
export function sampleStatements(bytes: number, count = SAMPLES): StatementEntry[] {
  return Array.from({ length: count }, (_, n) => aSample(n, bytes))
}

function aSample(n: number, bytes: number): StatementEntry {
  const site = 'https://moodle.example.edu'
  const statementId = randomUUID()
  const registration = randomUUID()
  const stored = '2026-11-28T09:30:01.500Z'
  const agent = (id: string) => ({ objectType: 'Agent', account: { homePage: site, name: id } })
  const activity = (id: string, type: string, name: string) => ({
    objectType: 'Activity',
    id: site + id,
    definition: { type: `http://id.tincanapi.com/activitytype/${type}`, name: { en: name } },
  })
  const object = activity(`/mod/page/view.php?id=${1000 + n}`, 'resource', `Reading ${n}`)
  const course = activity(`/course/view.php?id=${n % 20}`, 'lms/course', `Course ${n % 20}`)
  const system = activity('', 'lms', 'Example University')
  const plugin = activity('/admin/tool/log/store/xapi', 'source', 'logstore_xapi')
  const statement = {
    id: statementId,
    actor: { name: `Learner ${n}`, ...agent(`learner-${n}`) },
    verb: { id: 'http://id.tincanapi.com/verb/viewed', display: { en: 'viewed' } },
    object,
    timestamp: '2026-11-28T09:30:00.000Z',
    context: {
      registration,
      instructor: agent(`teacher-${n % 20}`),
      platform: 'Moodle',
      language: 'en',
      contextActivities: { parent: [course], grouping: [system], category: [plugin] },
      extensions: {} as Record<string, unknown>,
    },
    stored,
    authority: {
      objectType: 'Agent',
      account: { homePage: `${AUTHORITY_HOME}northfield`, name: 'lms' },
    },
    version: '1.0.3',
  }
  const missing = bytes - JSON.stringify(statement).length
  const line = () => ({ note: 'seen in the course', ref: randomUUID() })
  const lines = Math.max(0, Math.round(missing / JSON.stringify(line()).length))
  statement.context.extensions[`${site}/info`] = Array.from({ length: lines }, line)
  const key = (id: string) => `${site}|${id}`
  const related = [object, course, system, plugin].map(({ id }) => id)
  return {
    tenantId: 'northfield',
    statementId,
    stored,
    json: JSON.stringify(statement),
    finders: [
      { by: 'agent', value: key(`learner-${n}`) },
      { by: 'relatedAgent', value: key(`learner-${n}`) },
      { by: 'relatedAgent', value: key(`teacher-${n % 20}`) },
      { by: 'relatedAgent', value: `${AUTHORITY_HOME}northfield|lms` },
      { by: 'verb', value: statement.verb.id },
      { by: 'activity', value: object.id },
      ...related.map((value) => ({ by: 'relatedActivity', value }) as const),
      { by: 'registration', value: registration },
      { by: 'source', value: 'lms' },
    ],
    voids: false,
    activities: [object, course, system, plugin].map(({ id, definition }) => ({
      id,
      json: JSON.stringify(definition),
    })),
    agents: [{ id: key(`learner-${n}`), json: JSON.stringify({ name: `Learner ${n}` }) }],
    expiresAt: '2033-11-28T00:00:00.000Z',
  }
}
