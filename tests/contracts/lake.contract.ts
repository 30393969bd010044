import { describe, expect, it } from 'bun:test'
import { AppError } from '../../src/error/app-error'
import type { Lake, LakeReader, LakeState } from '../../src/platform/lake'

/** Statements that every engine has some SQL for. */
export const statements = {
  /** A column `n` of the numbers from 0 to 2,499, in order. */
  numbers: 2500,
  /** As above, and not answered at the first look where an engine is asked again. */
  late: 2500,
  /** Names a column that is not there: `nothing_like_it`. */
  wrong: 0,
  /** Runs until it is stopped. */
  endless: 0,
}
export type Statement = keyof typeof statements

export interface LakeScene extends AsyncDisposable {
  lake: Lake
  sql: string
  /** The lake as the next process opens it. */
  again(): Lake
}

const school: LakeReader = { tenantId: 'school' }
const all = Array.from({ length: statements.numbers }, (_, n) => [n])

export function lakeContract(name: string, create: (which: Statement) => Promise<LakeScene>) {
  describe(`${name} keeps the promises of a lake`, () => {
    for (const which of ['numbers', 'late'] as const) {
      it(`answers with columns and pages of rows: ${which}`, async () => {
        await using scene = await create(which)
        const { lake, sql } = scene
        const id = await lake.start({ reader: school, sql })
        const first = await lake.poll(school, id)
        if (lake.isImmediate || which === 'numbers') expect(first.status).toBe('done')
        else expect(first).toEqual({ status: 'running', progress: { scannedBytes: 4096 } })

        const { columns, pages } = doneOf(await ended(lake, school, id))
        expect(columns.map((column) => column.name)).toEqual(['n'])
        const read = await Array.fromAsync(pages)
        expect(read.length).toBeGreaterThan(1)
        expect(read.flat()).toEqual(all)
      })
    }

    it("fails in the engine's own sentence, however often it is asked", async () => {
      await using scene = await create('wrong')
      const { lake, sql } = scene
      const id = await lake.start({ reader: school, sql }).catch((error) => error)
      if (id instanceof AppError) {
        expect(id.code).toBe('invalid_request')
        expect(id.message).toContain('nothing_like_it')
        return
      }
      for (const _ of [1, 2]) {
        const state = await ended(lake, school, id)
        expect(state).toMatchObject({ status: 'failed' })
        expect(JSON.stringify(state)).toContain('nothing_like_it')
      }
    })

    it('is cancelled, once and for all', async () => {
      await using scene = await create('endless')
      const { lake, sql } = scene
      const id = await lake.start({ reader: school, sql })
      await lake.cancel(school, id)
      const state = await ended(lake, school, id)
      expect(state).toMatchObject({ status: 'failed' })
      expect(JSON.stringify(state)).toMatch(/cancelled|stopped/)
      await lake.cancel(school, id)
      expect(await ended(lake, school, id)).toEqual(state)
    })

    it('is stopped after its time, and says so', async () => {
      await using scene = await create('endless')
      const { lake, sql } = scene
      const id = await lake.start({ reader: school, sql, limits: { ms: 50 } })
      const state = await ended(lake, school, id)
      const reason = expect.stringContaining('stopped after 0.05 s')
      expect(state).toEqual({ status: 'failed', reason })
    })

    it('gives the rows of its limit, and refuses the next', async () => {
      await using scene = await create('numbers')
      const { lake, sql } = scene
      const id = await lake.start({ reader: school, sql, limits: { rows: 2100 } })
      const { pages } = doneOf(await ended(lake, school, id))
      const rows: unknown[][] = []
      const reading = async () => {
        for await (const page of pages) rows.push(...page)
      }
      const error = await reading().catch((thrown) => thrown)
      expect(rows).toEqual(all.slice(0, 2100))
      expect(error).toBeInstanceOf(AppError)
      expect(error).toMatchObject({ code: 'invalid_request' })
      expect(error.message).toContain('larger than 2,100 rows')
    })

    it('may be read in part', async () => {
      await using scene = await create('numbers')
      const { lake, sql } = scene
      const id = await lake.start({ reader: school, sql })
      const { pages } = doneOf(await ended(lake, school, id))
      for await (const page of pages) {
        expect(page[0]).toEqual([0])
        break
      }
      // Another can be asked at once.
      const next = await lake.start({ reader: school, sql })
      expect((await ended(lake, school, next)).status).toBe('done')
      await lake.cancel(school, next)
    })

    const strangers: [whose: LakeReader, who: LakeReader][] = [
      [school, { tenantId: 'other' }],
      [school, { tenantId: 'schoo' }],
      [school, 'operator'],
      ['operator', school],
      ['operator', { tenantId: 'operator' }],
    ]
    for (const [whose, who] of strangers) {
      it(`does not tell ${JSON.stringify(who)} of a query of ${JSON.stringify(whose)}`, async () => {
        await using scene = await create('numbers')
        const { lake, sql } = scene
        const id = await lake.start({ reader: whose, sql })
        await expectUnknown(lake, who, id)
        expect((await ended(lake, whose, id)).status).toBe('done')
        await lake.cancel(whose, id)
      })
    }

    for (const id of ['', 'x', '00000000-0000-4000-8000-000000000000', 'e30.e30', '__proto__']) {
      it(`knows no query ${JSON.stringify(id)}`, async () => {
        await using scene = await create('numbers')
        await expectUnknown(scene.lake, school, id)
      })
    }

    it('answers in the next process, or says clearly that it does not', async () => {
      await using scene = await create('numbers')
      const { lake, sql } = scene
      const id = await lake.start({ reader: school, sql })
      await using next = scene.again()
      if (lake.isImmediate) {
        await expectUnknown(next, school, id)
        await lake.cancel(school, id)
      } else {
        const { pages } = doneOf(await ended(next, school, id))
        expect((await Array.fromAsync(pages)).flat()).toEqual(all)
      }
    })
  })
}

async function expectUnknown(lake: Lake, reader: LakeReader, id: string) {
  for (const ask of [() => lake.poll(reader, id), () => lake.cancel(reader, id)]) {
    const error = await ask().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({ code: 'not_found' })
    expect((error as AppError).message).toContain('Ask again.')
  }
}

async function ended(lake: Lake, reader: LakeReader, id: string): Promise<LakeState> {
  for (;;) {
    const state = await lake.poll(reader, id)
    if (state.status !== 'running') return state
    await Bun.sleep(10)
  }
}

function doneOf(state: LakeState) {
  if (state.status !== 'done') throw new Error(`not done, but ${JSON.stringify(state)}`)
  return state
}
