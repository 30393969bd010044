import fc from 'fast-check'
import type { Bounds, Condition, Scalar } from '../../src/event/condition'
import type { EventRecord } from '../../src/event/record'
import { aRecord } from './webhooks'

/** Few values, so that many conditions hold: numbers as text beside numbers, times in three forms. */
const texts = ['a', 'ab', 'abc', 'ViewEvent', 'Person', '1', '', '2026-11-21', 'ä']
const times = ['2026-11-21T00:00:00.000Z', '2026-11-21T01:00:00+01:00', '2026-11-22T00:00:00Z']
export const someText = fc.constantFrom(...texts, ...times)
export const someScalar: fc.Arbitrary<Scalar> = fc.oneof(
  someText,
  fc.integer({ min: -2, max: 3 }),
  fc.constantFrom(0.5, true, false, null),
)

const fields = {
  type: 'type',
  event_type: 'type',
  kind: 'kind',
  actorId: 'actorId',
  user_id: 'actorId',
  session_id: 'sessionId',
  group_id: 'groupId',
  score: 'score',
  success: 'success',
  membership_roles: 'membershipRoles',
  membershipRoles: 'membershipRoles',
  occurred_at: 'occurredAt',
} as const satisfies Record<string, keyof EventRecord>

const itemPaths = [
  ...[
    'payload',
    'payload.x',
    'payload.list',
    'payload.list.x',
    'payload.list.0',
    'payload.list.1.x',
  ],
  ...[
    '/payload',
    '/payload/x',
    '/payload/list',
    '/payload/list/0',
    '/payload/list/x',
    '/payload/a~1b',
  ],
  ...[
    'payload.list.list',
    'payload.list.list.list.x',
    'payload.x.x.x.x',
    'list',
    'list.x',
    'many.n',
  ],
  ...['constructor', 'payload.toString', '/__proto__', 'payload.a/b', '/payload/list/01'],
]

const somePath = fc.constantFrom(...Object.keys(fields), ...itemPaths)
const timePaths = new Set(['occurred_at'])
const numberPaths = new Set(['score'])
const flagPaths = new Set(['success'])

function someBounds(path: string): fc.Arbitrary<Bounds> {
  const time = fc.constantFrom('2026-11-21', ...times)
  const plain = fc.constantFrom('a', 'ab', 'b', '')
  const number = fc.constantFrom(-1, 0, 0.5, 2)
  const isItem = !Object.hasOwn(fields, path)
  const kinds: fc.Arbitrary<number | string>[] = [
    ...(timePaths.has(path) || isItem ? [time] : []),
    ...(numberPaths.has(path) || isItem ? [number] : []),
    ...(timePaths.has(path) || numberPaths.has(path) ? [] : [plain]),
  ]
  return fc
    .constantFrom(...kinds)
    .chain((kind) =>
      fc
        .record({ gt: kind, gte: kind, lt: kind, lte: kind }, { requiredKeys: [] })
        .filter((bounds) => Object.keys(bounds).length > 0),
    )
}

const someLeaf: fc.Arbitrary<Condition> = somePath.chain((path) =>
  fc.oneof(
    someScalar.map((equals) => ({ path, equals })),
    fc.array(someScalar, { maxLength: 3 }).map((values) => ({ path, in: values })),
    fc.constantFrom('', 'a', 'ab', 'View', '2026').map((prefix) => ({ path, prefix })),
    fc.boolean().map((exists) => ({ path, exists })),
    ...(flagPaths.has(path) ? [] : [someBounds(path).map((bounds) => ({ path, ...bounds }))]),
  ),
)

export const someCondition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>(
  (tie) => ({
    condition: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { arbitrary: someLeaf, weight: 4 },
      {
        arbitrary: fc.array(tie('condition'), { maxLength: 3 }).map((all) => ({ all })),
        weight: 2,
      },
      {
        arbitrary: fc.array(tie('condition'), { maxLength: 3 }).map((any) => ({ any })),
        weight: 2,
      },
      { arbitrary: tie('condition').map((not) => ({ not })), weight: 1 },
    ),
  }),
).condition

const someItem = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    { arbitrary: someScalar, weight: 3 },
    { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 1 },
    {
      arbitrary: fc.dictionary(fc.constantFrom('x', 'list', 'a/b', '0', 'payload'), tie('value'), {
        maxKeys: 3,
      }),
      weight: 2,
    },
  ),
})).value

/** More of a list than is looked at: what stands behind the hundredth element is found by nobody. */
const many = Array.from({ length: 120 }, (_, n) => ({ n: n < 100 ? 1 : [2, 'ab'] }))

export const someRecord: fc.Arbitrary<EventRecord> = fc
  .record(
    {
      kind: fc.constantFrom('event' as const, 'event' as const, 'entity' as const),
      type: fc.constantFrom('ViewEvent', 'Person', 'a', 'ab'),
      actorId: someText,
      sessionId: someText,
      groupId: someText,
      score: fc.constantFrom(-1, 0, 0.5, 1, 2),
      success: fc.boolean(),
      membershipRoles: fc.array(someText, { maxLength: 2 }),
      occurredAt: fc.constantFrom('2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'),
      tenantId: fc.constantFrom('north', 'north', 'south'),
      payload: someItem,
    },
    { requiredKeys: ['kind', 'type', 'tenantId'] },
  )
  .map(({ payload, ...rest }) =>
    aRecord({
      ...{ actorId: undefined, ...rest },
      raw: JSON.stringify({ payload, list: [{ x: 'a' }, 'a', 'a', 1], many }),
    }),
  )

/** Holds a condition against a record as plainly as it can be said. */
export function naively(condition: Condition, record: EventRecord): boolean {
  if ('all' in condition) return !condition.all.some((one) => !naively(one, record))
  if ('any' in condition) return condition.any.some((one) => naively(one, record))
  if ('not' in condition) return !naively(condition.not, record)
  const { path, ...rest } = condition
  const isField = Object.hasOwn(fields, path)
  const at = isField
    ? [record[fields[path as keyof typeof fields]]].filter((value) => value !== undefined)
    : naiveWalk(cut(JSON.parse(record.raw)), stepsOf(path), path.startsWith('/'))
  if ('exists' in rest) return at.length > 0 === rest.exists
  const values = isField && at.length === 0 ? [null] : at.flat(Number.POSITIVE_INFINITY as 1)
  return values.some((value) => naiveTest(rest, value, timePaths.has(path)))
}

/** Leaves out what stands behind the hundredth element of the one list that is longer. */
function cut(item: { many: unknown[] }): unknown {
  return { ...item, many: item.many.slice(0, 100) }
}

function stepsOf(path: string): string[] {
  if (!path.startsWith('/')) return path.split('.')
  const names = path.slice(1).split('/')
  return names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function naiveWalk(value: unknown, steps: string[], isPointer: boolean): unknown[] {
  const [step, ...rest] = steps
  if (step === undefined) return [value]
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value) && !isPointer && !/^\d+$/.test(step)) {
    return value.flatMap((one) => naiveWalk(one, steps, isPointer))
  }
  const isThere = Object.keys(value).includes(step)
  return isThere ? naiveWalk((value as Record<string, unknown>)[step], rest, isPointer) : []
}

const isTime = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value)

function naiveTest(rest: object, value: unknown, isOfTime: boolean): boolean {
  const same = (wanted: unknown) =>
    isOfTime && isTime(wanted) && isTime(value)
      ? Date.parse(wanted) === Date.parse(value)
      : wanted === value
  if ('equals' in rest) return same(rest.equals)
  if ('in' in rest) return (rest.in as unknown[]).some(same)
  if ('prefix' in rest) return typeof value === 'string' && value.startsWith(rest.prefix as string)
  return Object.entries(rest).every(([name, bound]) => {
    if (isTime(bound) && !isTime(value)) return false
    const [one, other] = isTime(bound)
      ? [Date.parse(value as string), Date.parse(bound)]
      : [value as number, bound as number]
    if (typeof one !== typeof other) return false
    if (name === 'gt') return one > other
    if (name === 'gte') return one >= other
    return name === 'lt' ? one < other : one <= other
  })
}
