import { describe, expect, it } from 'bun:test'
import type { DynamoDBRecord } from 'aws-lambda'
import fc from 'fast-check'
import { type Discarded, type FailurePolicy, handleBatch, type Invocation } from './stream-batch'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const policy: FailurePolicy = {
  retries: 2,
  maximumAge: 60,
  bisects: true,
  reportsItemFailures: true,
}

function records(count: number, ageSeconds = 0): DynamoDBRecord[] {
  const ApproximateCreationDateTime = NOW / 1000 - ageSeconds
  return Array.from({ length: count }, (_, place) => ({
    dynamodb: { SequenceNumber: String(place), ApproximateCreationDateTime },
  }))
}

const numbers = (batch: DynamoDBRecord[]) =>
  batch.map((one) => Number(one.dynamodb!.SequenceNumber))
const done: Invocation = { kind: 'returned', payload: { batchItemFailures: [] } }
const thrown: Invocation = { kind: 'failed', errorType: 'Error', errorMessage: 'no' }
function reports(...itemIdentifiers: unknown[]): Invocation {
  const batchItemFailures = itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier }))
  return { kind: 'returned', payload: { batchItemFailures } }
}

async function play(
  batch: DynamoDBRecord[],
  invoke: (given: number[], nth: number) => Invocation,
  changes: Partial<FailurePolicy> = {},
) {
  const invoked: number[][] = []
  const discarded: (Omit<Discarded, 'records'> & { records: number[] })[] = []
  await handleBatch(batch, {
    policy: { ...policy, ...changes },
    now: () => NOW,
    pause: async () => {},
    async invoke(given) {
      invoked.push(numbers(given))
      return invoke(numbers(given), invoked.length)
    },
    async discard(given) {
      discarded.push({ ...given, records: numbers(given.records) })
    },
  })
  return { invoked, discarded }
}

type Case = [
  name: string,
  invoke: (given: number[], nth: number) => Invocation,
  changes: Partial<FailurePolicy>,
  invoked: number[][],
  given_up: number[],
]
const all = [0, 1, 2, 3]
const cases: Case[] = [
  ['is done when the function returns', () => done, {}, [all], []],
  ['is done when it returns nothing', () => ({ kind: 'returned', payload: null }), {}, [all], []],
  [
    'comes again whole when it throws and the mapping does not bisect',
    (_, nth) => (nth < 3 ? thrown : done),
    { bisects: false },
    [all, all, all],
    [],
  ],
  ['is given up after the retries', () => thrown, { bisects: false }, [all, all, all], all],
  ['is given up at once without retries', () => thrown, { bisects: false, retries: 0 }, [all], all],
  [
    'is halved until the record that fails is alone, which costs no retry',
    (given) => (given.includes(2) ? thrown : done),
    { retries: 0 },
    [all, [0, 1], [2, 3], [2], [3]],
    [2],
  ],
  [
    'goes on at the first record that was reported',
    (_, nth) => (nth === 1 ? reports('3', '1') : done),
    {},
    [all, [1, 2, 3]],
    [],
  ],
  [
    'comes again whole when what was reported is not in it',
    (_, nth) => (nth === 1 ? reports('17') : done),
    {},
    [all, all],
    [],
  ],
  [
    'is done whatever is reported, when the mapping does not ask for reports',
    () => reports('0'),
    { reportsItemFailures: false },
    [all],
    [],
  ],
]

describe('a batch of a stream', () => {
  for (const [name, invoke, changes, invoked, givenUp] of cases) {
    it(name, async () => {
      const played = await play(records(4), invoke, changes)
      expect(played.invoked).toEqual(invoked)
      expect(played.discarded.flatMap((one) => one.records)).toEqual(givenUp)
    })
  }

  it('is not handed over any more once it is too old', async () => {
    const { invoked, discarded } = await play(records(2, 61), () => done)
    expect(invoked).toEqual([])
    expect(discarded).toEqual([{ records: [0, 1], condition: 'RecordAgeExceeded', invokeCount: 0 }])
  })

  it('says why and after how many invocations it was given up', async () => {
    const { discarded } = await play(records(1), () => thrown)
    const condition = 'RetryAttemptsExhausted'
    expect(discarded).toEqual([
      { records: [0], condition, invokeCount: 3, functionError: 'Unhandled' },
    ])
  })

  it('always ends with each record handled or given up, whatever the function does', async () => {
    const outcome = fc.oneof(
      fc.constant(done),
      fc.constant(thrown),
      fc.integer({ min: -1, max: 9 }).map((at) => reports(String(at))),
    )
    const changes = fc.record({
      retries: fc.integer({ min: 0, max: 3 }),
      bisects: fc.boolean(),
      reportsItemFailures: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(outcome),
        changes,
        async (count, outcomes, given) => {
          const handled = new Set<number>()
          const invoke = (batch: number[]) => {
            const outcome = outcomes.next().value as Invocation
            for (const one of handledOf(batch, outcome, given)) handled.add(one)
            return outcome
          }
          const { discarded } = await play(records(count), invoke, given)
          const lost = discarded.flatMap((one) => one.records)
          expect([...handled, ...lost].sort()).toEqual(numbers(records(count)).sort())
        },
      ),
      { numRuns: 300 },
    )
  })
})

/** Returns what the function has handled, by its own answer. */
function handledOf(
  batch: number[],
  outcome: Invocation,
  { reportsItemFailures }: Partial<FailurePolicy>,
) {
  if (outcome.kind === 'failed') return []
  const { batchItemFailures } = outcome.payload as ReturnType<typeof JSON.parse>
  if (!reportsItemFailures || batchItemFailures.length === 0) return batch
  return batch.slice(0, Math.max(batch.indexOf(Number(batchItemFailures[0].itemIdentifier)), 0))
}
