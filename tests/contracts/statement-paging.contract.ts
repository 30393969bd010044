import { expect, it } from 'bun:test'
import { AppError } from '../../src/error/app-error'
import type { StatementQuery } from '../../src/platform/statement-store'
import {
  aStatement,
  byAgent,
  byVerb,
  type CreateStatementStore,
  moment,
  numberOf,
} from '../support/statements'

const ALL: StatementQuery = { finders: [], ascending: true }
const WIDE = { limit: 100, maxBytes: 1_000_000 }

/** How what is found comes page by page. To be called within the contract of a store. */
export function itPagesStatements(create: CreateStatementStore) {
  it('pages through what was there once, whatever is added meanwhile', async () => {
    for (const ascending of [true, false]) {
      await using store = await create()
      await store.add(Array.from({ length: 10 }, (_, n) => aStatement(n)))
      const query = { ...ALL, ascending, finders: [byVerb('seen')] }
      const found: number[] = []
      let more = 100
      let cursor: string | undefined
      do {
        const page = await store.query('school', query, { ...WIDE, limit: 3, cursor })
        found.push(...page.statements.map(numberOf))
        cursor = page.nextCursor
        // Before, among and after those that are read; some refer to one that is still to come.
        for (const at of [-1, 4.5, 20]) await store.add([aStatement(more++, { at })])
        await store.add([aStatement(more++, { at: 5, refersTo: 9 })])
      } while (cursor !== undefined)
      const there = found.filter((number) => number < 100)
      const expected = Array.from({ length: 10 }, (_, n) => n)
      expect(there).toEqual(ascending ? expected : expected.toReversed())
      expect(new Set(found).size).toBe(found.length)
    }
  })

  it('ends a page by its bytes, though never without a statement', async () => {
    await using store = await create()
    // In bytes, of which one character is two.
    const sizes = [1500, 600, 400, 1, 999, 1000]
    const sized = (number: number, size: number) => ({
      ...aStatement(number),
      json: size === 1 ? '1' : 'é'.repeat(size / 2) + (size % 2 === 0 ? '' : '1'),
    })
    await store.add(sizes.map((size, n) => sized(n, size)))
    const pages: number[] = []
    let cursor: string | undefined
    do {
      const page = await store.query('school', ALL, { limit: 100, maxBytes: 1000, cursor })
      pages.push(page.statements.length)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(pages.filter((count) => count > 0)).toEqual([1, 2, 2, 1])
  })

  it('gives a statement a page where there is no room for any', async () => {
    await using store = await create()
    await store.add(Array.from({ length: 3 }, (_, n) => aStatement(n)))
    const found: number[] = []
    let cursor: string | undefined
    // A statement each, and at most one page beside each that finds no room.
    for (let pages = 0; pages < 6; pages += 1) {
      const page = await store.query('school', ALL, { limit: 100, maxBytes: 0, cursor })
      found.push(...page.statements.map(numberOf))
      cursor = page.nextCursor
      if (cursor === undefined) break
    }
    expect([found, cursor]).toEqual([[0, 1, 2], undefined])
  })

  it('ends a page before its bytes when that many statements were asked for', async () => {
    await using store = await create()
    await store.add(Array.from({ length: 3 }, (_, n) => aStatement(n)))
    const page = await store.query('school', ALL, { limit: 2, maxBytes: 1_000_000 })
    expect(page.statements.map(numberOf)).toEqual([0, 1])
    expect(page.nextCursor).toBeDefined()
  })

  it('refuses a cursor that was altered or belongs to another query', async () => {
    await using store = await create()
    await store.add(Array.from({ length: 4 }, (_, n) => aStatement(n)))
    const query = { ...ALL, finders: [byVerb('seen')] }
    const { nextCursor = '' } = await store.query('school', query, { ...WIDE, limit: 1 })
    expect(nextCursor).not.toBe('')
    const asks: [string, StatementQuery, string][] = [
      ['school', query, `x${nextCursor}`],
      ['school', query, `${nextCursor.slice(0, -2)}xx`],
      ['school', query, 'nonsense'],
      ['school', query, ''],
      ['other', query, nextCursor],
      ['school', ALL, nextCursor],
      ['school', { ...query, finders: [byVerb('Seen')] }, nextCursor],
      ['school', { ...query, finders: [byAgent('seen')] }, nextCursor],
      ['school', { ...query, ascending: false }, nextCursor],
      ['school', { ...query, since: moment(0) }, nextCursor],
      ['school', { ...query, until: moment(9) }, nextCursor],
    ]
    for (const [tenantId, asked, cursor] of asks) {
      const refusal = store.query(tenantId, asked, { ...WIDE, cursor })
      const error = await refusal.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(AppError)
      expect(error).toHaveProperty('code', 'invalid_cursor')
    }
    const next = await store.query('school', query, { ...WIDE, cursor: nextCursor })
    expect(next.statements.map(numberOf)).toEqual([1, 2, 3])
  })
}
