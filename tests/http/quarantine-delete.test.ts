import { describe, expect, it } from 'bun:test'
import { problemOf } from '../support/battery'
import { anEvent } from '../support/envelopes'
import { startQuarantineTest } from '../support/quarantine-api'

const untyped = () => ({ ...anEvent(), type: undefined })
const untimed = () => ({ ...anEvent(), eventTime: 'soon' })

interface Deleted {
  dryRun: boolean
  count: number
  nextCursor?: string
}

/** Three items without a type and two without a time. */
async function withItems() {
  const test = await startQuarantineTest()
  await test.send([untyped(), untimed(), untyped(), untimed(), untyped()])
  return {
    ...test,
    remove: (body: unknown) => test.json<Deleted>(test.call('POST', '/quarantine/delete', body)),
    left: async () => (await test.list()).items.length,
  }
}

const filter = { code: 'required' }

describe('giving up by filter', () => {
  it('counts first, and deletes what matches and nothing else', async () => {
    await using test = await withItems()
    expect(await test.remove({ filter, dryRun: true })).toEqual({ dryRun: true, count: 3 })
    expect(await test.left()).toBe(5)
    expect(await test.remove({ filter })).toEqual({ dryRun: false, count: 3 })
    expect((await test.list('?code=required')).items).toEqual([])
    expect(await test.left()).toBe(2)
    expect(await test.remove({ filter })).toEqual({ dryRun: false, count: 0 })
    expect(await test.remove({ filter: {} })).toEqual({ dryRun: false, count: 2 })
    expect((await test.list()).usage).toEqual([])
  })

  it('goes on by cursor where there is more than the limit', async () => {
    await using test = await withItems()
    const first = await test.remove({ filter: {}, limit: 2 })
    expect(first.count).toBe(2)
    const rest = await test.remove({ filter: {}, cursor: first.nextCursor })
    expect(rest).toEqual({ dryRun: false, count: 3 })
    const again = await test.call('POST', '/quarantine/delete', { filter, cursor: 'x' })
    await problemOf(again, 'invalid_cursor')
  })

  it('counts page by page, too', async () => {
    await using test = await withItems()
    const first = await test.remove({ filter: {}, limit: 4, dryRun: true })
    expect(first.count).toBe(4)
    const asked = { filter: {}, limit: 4, dryRun: true, cursor: first.nextCursor }
    expect(await test.remove(asked)).toEqual({ dryRun: true, count: 1 })
    expect(await test.left()).toBe(5)
  })

  for (const [what, body] of [
    ['no filter', {}],
    ['a filter that there is not', { filter: { sourceID: 'demo' } }],
    ['no time', { filter: { from: 'soon' } }],
    ['a limit of nothing', { filter: {}, limit: 0 }],
  ] as const) {
    it(`refuses ${what}, and deletes nothing`, async () => {
      await using test = await withItems()
      const reply = await test.call('POST', '/quarantine/delete', body)
      await problemOf(reply, 'invalid_request')
      expect(await test.left()).toBe(5)
    })
  }

  it('is for keys that may change what is in quarantine', async () => {
    await using test = await withItems()
    const reply = await test.call('POST', '/quarantine/delete', { filter: {} }, test.keys.demo)
    await problemOf(reply, 'forbidden')
    const unknown = await test.call('POST', '/quarantine/delete', { filter: {} }, 'nk_unknown')
    await problemOf(unknown, 'unauthenticated')
    expect((await test.call('GET', '/quarantine/delete')).status).toBe(405)
    expect(await test.left()).toBe(5)
  })
})
