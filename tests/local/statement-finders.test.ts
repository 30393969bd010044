import { Database } from 'bun:sqlite'
import { expect, it } from 'bun:test'
import fc from 'fast-check'
import { createFinders } from '../../src/platform/local/statements/finders'
import { packKeys } from '../../src/platform/local/statements/keys'
import { statementsSchema } from '../../src/platform/local/statements/schema'
import type { Steps } from '../../src/syntax/steps'

const LAST = Number.MAX_SAFE_INTEGER
const KEYS = [1n, 2n, 3n]

type Act =
  | { kind: 'add'; keys: bigint[]; stored: number }
  | { kind: 'inherit'; nth: number; key: bigint }
  | { kind: 'remove'; nth: number }
  | { kind: 'file' | 'step' | 'commit' | 'lose' | 'open' }

interface Row {
  seq: number
  stored: number
  keys: bigint[]
}

/** The table and the tail, as the store uses them, beside a list that has all rows. */
function open(db: Database) {
  let finders = createFinders(db, 1)
  let filing: Steps<void> | undefined
  let rows: Row[] = []
  let committed: Row[] = []
  let seq = 0
  const copy = (of: readonly Row[]) => of.map((row) => ({ ...row, keys: [...row.keys] }))
  const insert = db.query(
    `INSERT INTO statements VALUES ($seq, 1, $id, $stored, 0, 0, 0, NULL, $own, NULL, '')`,
  )
  const own = db.query('UPDATE statements SET own = ? WHERE seq = ?')
  const remove = db.query('DELETE FROM statements WHERE seq = ?')
  const pick = (nth: number) => rows[nth % Math.max(1, rows.length)]
  db.run('BEGIN')

  function act(given: Act) {
    if (given.kind === 'add') {
      seq += 1
      const row = { seq, stored: given.stored, keys: given.keys }
      insert.run({ seq, id: Buffer.from(`${seq}`), stored: row.stored, own: packKeys(row.keys) })
      finders.add(row, row.keys)
      rows.push(row)
    } else if (given.kind === 'inherit') {
      const row = pick(given.nth)
      if (row === undefined || row.keys.includes(given.key)) return
      finders.add(row, [given.key])
      row.keys.push(given.key)
      own.run(packKeys(row.keys), row.seq)
    } else if (given.kind === 'remove') {
      const row = pick(given.nth)
      if (row === undefined) return
      finders.remove(row, row.keys)
      remove.run(row.seq)
      rows = rows.filter((one) => one !== row)
    } else if (given.kind === 'file') {
      if (finders.isDue() && filing === undefined) filing = finders.file((step) => step())
    } else if (given.kind === 'step') {
      if (filing?.next().done) filing = undefined
    } else if (given.kind === 'commit') {
      db.run('COMMIT')
      finders.committed()
      committed = copy(rows)
      db.run('BEGIN')
    } else if (given.kind === 'lose') {
      db.run('ROLLBACK')
      finders.lost()
      rows = copy(committed)
      db.run('BEGIN')
    } else {
      db.run('COMMIT')
      committed = copy(rows)
      finders = createFinders(db, 1)
      filing = undefined
      db.run('BEGIN')
    }
  }

  function expected(key: bigint, isAscending: boolean) {
    const places = rows
      .filter((row) => row.keys.includes(key))
      .map(({ stored, seq }) => ({ stored, seq }))
      .toSorted((a, b) => a.stored - b.stored || a.seq - b.seq)
    return isAscending ? places : places.toReversed()
  }

  function found(key: bigint, isAscending: boolean) {
    return isAscending
      ? finders.list(key, { stored: 0, seq: 0 }, true, LAST, 1000)
      : finders.list(key, { stored: LAST, seq: LAST }, false, 0, 1000)
  }
  return { act, expected, found }
}

const acts = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    keys: fc.subarray(KEYS, { minLength: 1 }),
    stored: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({
    kind: fc.constant('inherit' as const),
    nth: fc.nat(20),
    key: fc.constantFrom(...KEYS),
  }),
  fc.record({ kind: fc.constant('remove' as const), nth: fc.nat(20) }),
  fc.record({ kind: fc.constantFrom('file', 'step', 'step', 'commit', 'lose', 'open') }),
) as fc.Arbitrary<Act>

it('finders are the same in memory, in the table, on the way there, and after a lost transaction', () => {
  fc.assert(
    fc.property(fc.array(acts, { maxLength: 60 }), (list) => {
      using db = new Database(':memory:', { safeIntegers: false, strict: true })
      for (const sql of statementsSchema.split(';\n')) db.run(sql)
      const scene = open(db)
      for (const act of list) {
        scene.act(act)
        for (const key of KEYS) {
          for (const isAscending of [true, false]) {
            expect(scene.found(key, isAscending)).toEqual(scene.expected(key, isAscending))
          }
        }
      }
    }),
    { numRuns: 300 },
  )
})
