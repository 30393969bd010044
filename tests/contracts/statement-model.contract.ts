import { expect, it } from 'bun:test'
import fc from 'fast-check'
import { type Finder, finderNames, type StatementEntry } from '../../src/event/statement'
import type { StatementQuery, StatementStore } from '../../src/platform/statement-store'
import { statementModel } from '../support/statement-model'
import {
  aStatement,
  type CreateStatementStore,
  LATER,
  moment,
  statementId,
} from '../support/statements'

// Few of everything, so that statements meet: they refer to each other, share values and moments.
const IDS = 10
const MOMENTS = 8
// A sequence takes a tenth of a second on one machine, on an emulator 1 s and beside other work 2 s.
const SEQUENCE_MS = 10_000
// Of two tenants, there are 20 statements at most; a page has one, or is empty where one found no room.
const MOST_PAGES = 100
const tenants = ['school', 'other']

const aNumber = fc.integer({ min: 0, max: IDS - 1 })
const aFinder: fc.Arbitrary<Finder> = fc.record({
  by: fc.constantFrom(...finderNames.slice(0, 3)),
  value: fc.constantFrom('a', 'b'),
})
const someFinders = (maxLength: number) =>
  fc.uniqueArray(aFinder, { maxLength, selector: ({ by, value }) => `${by} ${value}` })
const aTime = fc.integer({ min: 0, max: MOMENTS - 1 })

const anEntry: fc.Arbitrary<StatementEntry> = fc
  .record({
    number: aNumber,
    tenantId: fc.constantFrom(...tenants, 'school'),
    at: aTime,
    finders: someFinders(4),
    refers: fc.option(aNumber, { nil: undefined }),
    voids: fc.boolean(),
    text: fc.constantFrom('x', 'x'.repeat(300)),
  })
  .map(({ number, refers, voids, ...plan }) => {
    const target = refers === undefined ? {} : voids ? { voids: refers } : { refersTo: refers }
    // The text tells all that differs, by which a test sees which of two was taken.
    const text = [plan.text, plan.finders, target]
    return aStatement(number, { ...plan, ...target, text })
  })

const aQuery: fc.Arbitrary<StatementQuery> = fc.record({
  finders: someFinders(3),
  since: fc.option(aTime.map(moment), { nil: undefined }),
  until: fc.option(aTime.map(moment), { nil: undefined }),
  ascending: fc.boolean(),
})
const aPage = fc.record({ limit: fc.integer({ min: 1, max: 4 }), maxBytes: fc.nat(1000) })
const someEntries = fc.array(anEntry, { minLength: 1, maxLength: 4 })

/** Statements that are added one call after another, or two at the same time. */
type Step =
  | { do: 'add'; entries: StatementEntry[] }
  | { do: 'add both'; entries: StatementEntry[]; others: StatementEntry[] }
  | { do: 'read'; query: StatementQuery; page: { limit: number; maxBytes: number } }
  | {
      do: 'read beside writers'
      query: StatementQuery
      page: { limit: number; maxBytes: number }
      meanwhile: StatementEntry[][]
    }
  | { do: 'begin' }
  | { do: 'end'; which: number }

const aStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add' as const), entries: someEntries }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('add both' as const),
      entries: someEntries,
      others: someEntries,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('read' as const), query: aQuery, page: aPage }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('read beside writers' as const),
      query: aQuery,
      page: aPage,
      meanwhile: fc.array(someEntries, { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'begin' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat(3) }) },
)

type Found = [id: string, stored: string, isVoided: boolean]

/** Everything that is found, page by page. @param between is called after each page but the last */
async function readAll(
  store: StatementStore,
  query: StatementQuery,
  page: { limit: number; maxBytes: number },
  between = async () => {},
): Promise<Found[]> {
  const found: Found[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const read = await store.query('school', query, { ...page, cursor })
    expect(read.statements.length).toBeLessThanOrEqual(page.limit)
    for (const { statementId: id, stored, isVoided } of read.statements) {
      expect(stored <= read.consistentThrough).toBe(true)
      found.push([id, stored, isVoided])
    }
    cursor = read.nextCursor
    if (cursor === undefined) return found
    await between()
  }
  throw new Error(`after ${MOST_PAGES} pages, there is still one`)
}

/** Those of one moment in the order of their ids, for whoever has another order among them. */
function plain(found: readonly Found[], ascending: boolean): Found[] {
  const text = ([id, stored]: Found) => `${stored} ${id}`
  const sorted = found.toSorted((a, b) => (text(a) < text(b) ? -1 : 1))
  return ascending ? sorted : sorted.toReversed()
}

function expectInOrder(found: readonly Found[], ascending: boolean) {
  const times = found.map(([, stored]) => stored)
  expect(times).toEqual(ascending ? times.toSorted() : times.toSorted().toReversed())
}

/**
 * A store and the model of it do the same, step by step: what was added in any order, by several at
 * a time, is found as the model finds it; a reader beside writers has everything once that was there
 * and is not voided, and nothing that does not match.
 */
export function itMatchesTheModel(
  create: CreateStatementStore,
  { runs, isSlow = false }: { runs: number; isSlow?: boolean },
) {
  it(
    'finds what a model finds, whatever comes in whatever order',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(aStep, { maxLength: 25 }), async (steps) => {
          let now = LATER
          await using store = await create({ now: () => now })
          await using model = statementModel({ now: () => now })
          const writings: (() => Promise<unknown>)[] = []

          async function add(entries: StatementEntry[]) {
            await store.add(entries)
            await model.add(entries)
          }

          for (const step of steps) {
            if (step.do === 'add') await add(step.entries)
            if (step.do === 'add both') {
              // Of an id that both bring, the model takes what the store took.
              const { entries, others } = step
              await Promise.all([store.add(entries), store.add(others)])
              for (const entry of [...entries, ...others]) {
                const held = await store.get(entry.tenantId, entry.statementId)
                if (held?.json === entry.json) await model.add([entry])
              }
            }
            if (step.do === 'begin') {
              const [one, other] = [await store.begin('school'), await model.begin('school')]
              writings.push(() => Promise.all([one.end(), other.end()]))
              now = new Date(now.getTime() + 1000)
            }
            if (step.do === 'end') await writings.splice(step.which, 1)[0]?.()
            if (step.do === 'read') {
              const { query, page } = step
              const found = await readAll(store, query, page)
              expectInOrder(found, query.ascending)
              const expected = await readAll(model, query, page)
              expect(plain(found, query.ascending)).toEqual(plain(expected, query.ascending))
            }
            if (step.do === 'read beside writers') {
              const { query, page, meanwhile } = step
              const whole = { limit: 1000, maxBytes: 1_000_000 }
              const before = await readAll(model, query, whole)
              const left = [...meanwhile]
              // What is added meanwhile may be read before it is voided, meanwhile as well.
              const matched = new Set(before.map(([id]) => id))
              const found = await readAll(store, query, page, async () => {
                const entries = left.shift()
                if (entries === undefined) return
                await add(entries)
                for (const [id] of await readAll(model, query, whole)) matched.add(id)
              })
              expectInOrder(found, query.ascending)
              const ids = found.map(([id]) => id)
              expect(new Set(ids).size).toBe(ids.length)
              for (const [id] of before) {
                // What was voided meanwhile may have been read before, or not.
                if ((await model.get('school', id))?.isVoided === false) expect(ids).toContain(id)
              }
              expect(ids.filter((id) => !matched.has(id))).toEqual([])
            }
          }
          for (let number = 0; number < IDS; number += 1) {
            for (const tenantId of tenants) {
              const id = statementId(number)
              expect(await store.get(tenantId, id)).toEqual(await model.get(tenantId, id))
            }
          }
          const through = await store.consistentThrough('school')
          expect(through <= (await model.consistentThrough('school'))).toBe(true)
          for (const end of writings) await end()
        }),
        // Where a sequence takes a second, to shrink the first that fails would take minutes.
        { numRuns: runs, endOnFailure: isSlow },
      )
    },
    runs * SEQUENCE_MS,
  )
}
