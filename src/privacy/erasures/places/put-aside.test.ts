import { expect, it } from 'bun:test'
import type { LakeErasureState, LakeErasures } from '../../../platform/lake-erasures'
import { lakePlace } from './lake'
import type { Search } from './place'
import { putAsidePlace } from './put-aside'

const requestedAt = '2026-11-23T12:00:00.000Z'
const search: Search = {
  ...{ tenantId: 't', erasureId: 'ers_1', actorIds: ['a'], isDryRun: false, requestedAt },
  store: { seal: async () => {}, async *sealed() {} },
}

function place(storedAt: string | undefined, now: string) {
  const entries = storedAt === undefined ? [] : [{ key: 'aws/lambda/1', bytes: 1, storedAt }]
  const blobs = { list: async () => entries }
  return putAsidePlace(blobs, { prefixes: ['aws/lambda/'], now: () => new Date(now) })
}

it('waits for batches that were put aside before the request', async () => {
  const at = '2026-11-23T12:10:00.000Z'
  expect(await place('2026-11-23T11:00:00.000Z', at).search(search)).toMatchObject({
    waitMs: 300_000,
  })
  expect(await place(undefined, at).search(search)).toEqual({ looked: 0, found: 0, removed: 0 })
  expect(await place('2026-11-23T12:00:01.000Z', at).search(search)).toMatchObject({ looked: 0 })
})

it('says after a day what is left, and so does a dry run at once', async () => {
  const old = '2026-11-23T11:00:00.000Z'
  const { remains } = await place(old, '2026-11-24T12:00:00.000Z').search(search)
  expect(remains).toContain('1 batches or changes')
  const dry = await place(old, '2026-11-23T12:00:01.000Z').search({ ...search, isDryRun: true })
  expect(dry.remains).toContain('aws/lambda/')
})

it('asks the lake, waits for its night, and says by when the last file is gone', async () => {
  let state: LakeErasureState | undefined
  const asked: unknown[] = []
  const lake: LakeErasures = {
    async request(tenantId, request) {
      asked.push([tenantId, request])
      state ??= { status: 'waiting', found: 0, settledBy: '2026-11-25', landedBy: '2026-11-27' }
    },
    state: async () => state,
  }
  expect(await lakePlace(lake).search(search)).toMatchObject({ waitMs: 600_000 })
  expect(asked).toEqual([['t', { id: 'ers_1', actorIds: ['a'], requestedAt, isDryRun: false }]])
  state = { ...state!, status: 'deleted', found: 7 }
  expect(await lakePlace(lake).search(search)).toEqual({
    ...{ looked: 0, found: 7, removed: 7, goneBy: '2026-11-27' },
  })
  state = { ...state, status: 'done' }
  expect((await lakePlace(lake).search(search)).goneBy).toBeUndefined()
  const counted = await lakePlace(lake).search({ ...search, isDryRun: true })
  expect(counted).toEqual({ looked: 0, found: 7, removed: 0 })
})
