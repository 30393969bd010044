import { expect, it } from 'bun:test'
import type { LakeErasureState, LakeErasures } from '../../../platform/lake-erasures'
import { lakePlace } from './lake'
import type { Search } from './place'

const requestedAt = '2026-11-23T12:00:00.000Z'
const search: Search = {
  ...{ tenantId: 't', erasureId: 'ers_1', actorIds: ['a'], isDryRun: false, requestedAt },
  store: { seal: async () => {}, async *sealed() {} },
}

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
