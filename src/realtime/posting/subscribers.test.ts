import { describe, expect, it } from 'bun:test'
import { aPrincipal } from '../../../tests/support/principal'
import type { HeldSubscription } from '../../platform/subscriptions'
import { rememberSubscribers } from './subscribers'

const TENANT = 'default'

function aSubscription(changes: Partial<HeldSubscription> = {}): HeldSubscription {
  const base = {
    connectionId: 'one',
    principal: aPrincipal(),
    format: 'event',
    after: '5',
  } as const
  return { ...base, stage: 'joined', ...changes }
}

/** Subscribers of a list that others change, and how often it was read. */
function aList(...held: HeldSubscription[]) {
  const seen = { reads: 0, held }
  const remembered = rememberSubscribers({
    async list() {
      seen.reads += 1
      return seen.held
    },
  })
  return { seen, remembered }
}

describe('remembered subscribers', () => {
  it('are read once while nothing changes', async () => {
    const { seen, remembered } = aList(aSubscription())
    const first = await remembered.at(TENANT, 1)
    expect(await remembered.at(TENANT, 1)).toBe(first)
    expect(await remembered.isEmpty(TENANT, 1)).toBe(false)
    expect(seen.reads).toBe(1)
    await remembered.at(TENANT, 2)
    expect(seen.reads).toBe(2)
  })

  it('are read by who posts, however far they were when somebody without the lease looked', async () => {
    const { seen, remembered } = aList(aSubscription())
    expect(await remembered.isEmpty(TENANT, 1)).toBe(false)
    // Another function posts to it now, which is no new version.
    seen.held = [aSubscription({ stage: 'caught-up' })]
    const { all } = await remembered.at(TENANT, 1)
    expect(all.get('one')?.stage).toBe('caught-up')
  })

  it('are looked for once where there are none', async () => {
    const { seen, remembered } = aList()
    for (let n = 0; n < 3; n += 1) expect(await remembered.isEmpty(TENANT, 1)).toBe(true)
    expect(seen.reads).toBe(1)
    seen.held = [aSubscription()]
    expect(await remembered.isEmpty(TENANT, 2)).toBe(false)
  })

  it('that still read back are nobody to post to', async () => {
    const { remembered } = aList(aSubscription({ stage: 'reading' }))
    expect(await remembered.isEmpty(TENANT, 1)).toBe(true)
  })
})
