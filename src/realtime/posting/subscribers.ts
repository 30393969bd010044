import { type ConditionIndex, createConditionIndex } from '../../event/conditions'
import type { HeldSubscription, Loss, Subscriptions } from '../../platform/subscriptions'

/** A subscriber is a subscription as posting goes on with it. */
export interface Subscriber extends HeldSubscription {
  /** Everything before this position was sent to it, or is counted in `lost`. */
  floor: string
  /** This is what is written down of `lost`. */
  noted: Loss | undefined
  /** It could not be sent to in this pass: what follows is counted. */
  isStuck: boolean
}

/** These are the subscribers of a tenant as they were at a version. */
export interface Subscribers {
  version: number
  all: Map<string, Subscriber>
  index: ConditionIndex<string>
}

export type RememberedSubscribers = ReturnType<typeof rememberSubscribers>

// A function has 512 MB. A subscription takes some times its text here.
const MAX_BYTES = 16 * 1024 * 1024
// Beside what it wants, a subscription has a principal and two positions.
const BYTES_OF_ONE = 1024

/** Remembers the subscribers of tenants, so that they are read again only when one has changed. */
export function rememberSubscribers({ list }: Pick<Subscriptions, 'list'>) {
  const known = new Map<string, { subscribers: Subscribers; bytes: number }>()
  let bytes = 0

  function forget(tenantId: string) {
    bytes -= known.get(tenantId)?.bytes ?? 0
    known.delete(tenantId)
  }

  async function read(tenantId: string, version: number): Promise<Subscribers> {
    const held = (await list(tenantId)).filter(({ stage }) => stage !== 'reading')
    const index = createConditionIndex<string>()
    for (const { connectionId, condition } of held) index.set(connectionId, tenantId, condition)
    const all = held.map((one) => {
      const subscriber = { ...one, floor: one.after, noted: one.lost, isStuck: false }
      return [one.connectionId, subscriber] as const
    })
    return { version, index, all: new Map(all) }
  }

  function remember(tenantId: string, subscribers: Subscribers, size: number) {
    forget(tenantId)
    known.set(tenantId, { subscribers, bytes: size })
    bytes += size
    // The one that was asked for longest ago comes first.
    for (const [oldest] of known) {
      if (bytes <= MAX_BYTES || oldest === tenantId) break
      forget(oldest)
    }
  }

  function rememberedAt(tenantId: string, version: number) {
    const remembered = known.get(tenantId)
    return remembered?.subscribers.version === version ? remembered : undefined
  }

  return {
    forget,

    /**
     * Tells whether a tenant has none. May be asked without the lease: whoever has it changes how far
     * they are without a new version, so that what is read for this is not remembered.
     * @throws {StorageError}
     */
    async isEmpty(tenantId: string, version: number): Promise<boolean> {
      const same = rememberedAt(tenantId, version)?.subscribers
      const subscribers = same ?? (await read(tenantId, version))
      const isEmpty = subscribers.all.size === 0
      if (isEmpty) remember(tenantId, subscribers, 0)
      return isEmpty
    },

    /**
     * Returns those of a tenant, to who has the lease.
     * @param version that the tenant's had a moment ago
     * @throws {StorageError}
     */
    async at(tenantId: string, version: number): Promise<Subscribers> {
      const same = rememberedAt(tenantId, version)
      const subscribers = same?.subscribers ?? (await read(tenantId, version))
      remember(tenantId, subscribers, same?.bytes ?? sizeOf(subscribers))
      return subscribers
    },
  }
}

function sizeOf({ all }: Subscribers): number {
  let size = 0
  for (const { condition } of all.values()) {
    size += BYTES_OF_ONE + (condition ? JSON.stringify(condition).length : 0)
  }
  return size
}
