import { expect, it } from 'bun:test'
import type { Lake } from '../../../platform/lake'
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
    idQueries: async (tenantId, ids) => [`ids of ${ids.join()} in ${tenantId}`],
  }
  const sealed: unknown[] = []
  const searched: Search = {
    ...search,
    store: {
      ...search.store,
      seal: async (_, kind, __, ids) => void sealed.push([kind, ids]),
    },
  }
  const queries: unknown[] = []
  const rows = Array.from({ length: 1001 }, (_, n) => [`e-${n}`])
  const reader = {
    start: async (query: unknown) => {
      queries.push(query)
      return 'q'
    },
    poll: async () => ({
      status: 'done',
      columns: [],
      pages: (async function* () {
        yield rows
      })(),
    }),
  } as unknown as Lake
  expect(await lakePlace(lake, reader).search(searched)).toMatchObject({ waitMs: 600_000 })
  expect(asked).toEqual([['t', { id: 'ers_1', actorIds: ['a'], requestedAt, isDryRun: false }]])
  state = { ...state!, status: 'deleted', found: 7 }
  expect(await lakePlace(lake, reader).search(searched)).toEqual({
    ...{ looked: 0, found: 7, removed: 7, goneBy: '2026-11-27' },
  })
  state = { ...state, status: 'done' }
  expect((await lakePlace(lake, reader).search(searched)).goneBy).toBeUndefined()
  const counted = await lakePlace(lake, reader).search({ ...searched, isDryRun: true })
  expect(counted).toEqual({ looked: 0, found: 7, removed: 0 })
  // Which events leave is asked once, before the job is, and told to places that come later.
  expect(queries).toEqual([{ reader: { tenantId: 't' }, sql: 'ids of a in t' }])
  expect(sealed).toEqual([
    ['events', rows.slice(0, 1000).flat()],
    ['events', ['e-1000']],
  ])
})
