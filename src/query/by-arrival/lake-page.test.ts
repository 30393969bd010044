import { describe, expect, it } from 'bun:test'
import { AppError } from '../../error/app-error'
import type { Lake, LakeState } from '../../platform/lake'
import { readLake } from './lake-page'
import type { LakePlace, Walk } from './place'

const walk = { tenantId: 'school', at: '2026-01-01T00:00:00.000Z' } as Walk
const place: LakePlace = {
  in: 'lake',
  ...{ from: '2026-01-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' },
  ...{ windowMs: 86_400_000, rows: 2 },
}
const bounds = { shownFrom: undefined, until: 0 }

/** A lake that says one thing after another, and remembers what it was asked. */
function aLake(states: (LakeState | AppError)[], isImmediate = false) {
  const asked: string[] = []
  const polled: string[] = []
  const lake: Lake = {
    isImmediate,
    async start({ sql }) {
      asked.push(sql)
      return `q${asked.length}`
    },
    async poll(_reader, id) {
      polled.push(id)
      const state = states.shift()!
      if (state instanceof AppError) throw state
      return state
    },
    async cancel() {},
    async [Symbol.asyncDispose]() {},
  }
  return { lake, asked, polled }
}

function rows(...ids: string[]): LakeState {
  const columns = ['event_id', 'received_at', 'raw'].map((name) => ({ name, type: 'varchar' }))
  const time = '2026-01-01T10:00:00.000Z'
  const pages = (async function* () {
    yield ids.map((id) => [id, time, '{}'])
  })()
  return { status: 'done', columns, pages }
}

describe('A page from the lake', () => {
  it('is waited for by the same question, in another process too', async () => {
    const { lake, asked, polled } = aLake([{ status: 'running' }, rows('a')])
    const first = await readLake(lake, walk, place, bounds)
    expect(first).toEqual({ notYet: { ...place, query: 'q1' } })
    const next = 'notYet' in first ? first.notYet : place
    const page = await readLake(lake, walk, next, bounds)
    expect(page).toMatchObject({ records: [{ eventId: 'a', raw: '{}' }], isArchived: true })
    expect([asked.length, polled]).toEqual([1, ['q1', 'q1']])
  })

  it('is asked for anew when the question is forgotten', async () => {
    const gone = new AppError('not_found', 'No such query.')
    const { lake, asked } = aLake([gone, rows('a')])
    const page = await readLake(lake, walk, { ...place, query: 'old' }, bounds)
    expect(page).toMatchObject({ records: [{ eventId: 'a' }] })
    expect(asked).toHaveLength(1)
  })

  it('has a copy once, and goes on behind its last when it was full', async () => {
    const { lake } = aLake([rows('a', 'a')])
    expect(await readLake(lake, walk, place, bounds)).toMatchObject({
      records: [{ eventId: 'a' }],
      place: { from: '2026-01-01T10:00:00.000Z', afterId: 'a' },
    })
  })

  it('begins with what is shown', async () => {
    const { lake, asked } = aLake([rows()])
    await readLake(lake, walk, place, { ...bounds, shownFrom: '2026-02-01T00:00:00.000Z' })
    expect(asked[0]).toContain("received_at >= CAST('2026-02-01 00:00:00.000 UTC'")
  })

  it('is asked for in less when that fails, and at last fails in the words of the engine', async () => {
    const failed = () => ({ status: 'failed', reason: 'out of memory' }) as const
    const { lake, asked } = aLake(Array.from({ length: 9 }, failed))
    let at = place
    for (let failures = 1; failures <= 8; failures += 1) {
      const page = await readLake(lake, walk, at, bounds)
      expect(page).toMatchObject({ notYet: { rows: 1, failures } })
      if ('notYet' in page) at = page.notYet
    }
    const last = readLake(lake, walk, at, bounds)
    await expect(last).rejects.toThrow('out of memory')
    expect(new Set(asked).size).toBeGreaterThan(3)
  })
})
