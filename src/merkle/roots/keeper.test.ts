import { expect, it } from 'bun:test'
import { keepRoots } from './keeper'

const now = new Date('2026-11-30T03:00:30.000Z')

it('closes what is in trees by now, or up to what waits for them, and nothing where none are kept', async () => {
  for (const [lags, through] of [
    [[{ consumer: 'trees', records: 0, ageMs: 0 }], now.toISOString()],
    [[{ consumer: 'trees', records: 7, ageMs: 45_000 }], '2026-11-30T02:59:45.000Z'],
    [[{ consumer: 'archive', records: 0, ageMs: 0 }], undefined],
  ] as const) {
    const closed: unknown[] = []
    const keeper = keepRoots({
      close: async (tenantIds, time) => void closed.push([tenantIds, time.toISOString()]),
      changes: { lags: () => [...lags] },
      tenants: { list: async () => [{ tenantId: 'a' }, { tenantId: 'b' }] as never },
      clock: { now: () => now },
    })
    await keeper[Symbol.asyncDispose]()
    expect(closed).toEqual(through === undefined ? [] : [[['a', 'b'], through]])
  }
})

it('lets a server stop whose registry fails', async () => {
  const keeper = keepRoots({
    close: async () => {},
    changes: { lags: () => [{ consumer: 'trees', records: 0, ageMs: 0 }] },
    tenants: { list: () => Promise.reject(new Error('the disk is gone')) },
    clock: { now: () => now },
  })
  await keeper[Symbol.asyncDispose]()
})
