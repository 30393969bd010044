import { type Channel, type ChannelNeeds, openChannel } from './channel'

/** The channels of all tenants that somebody follows. */
export interface Channels extends AsyncDisposable {
  /** Opens the channel of a tenant, or finds it; it is closed once all have left. */
  enter(tenantId: string): Promise<{ channel: Channel; leave(): void }>
}

interface Open {
  channel: Promise<Channel>
  users: number
}

export function createChannels(needs: ChannelNeeds): Channels {
  const open = new Map<string, Open>()
  const closing = new Set<Promise<void>>()

  function close(tenantId: string, one: Open) {
    if (open.get(tenantId) === one) open.delete(tenantId)
    const closed = one.channel
      .then((channel) => channel[Symbol.asyncDispose]())
      .catch((error: Error) => {
        needs.log.warn('a live feed was not closed', { tenantId, reason: error.message })
      })
    closing.add(closed)
    void closed.finally(() => closing.delete(closed))
  }

  return {
    async enter(tenantId) {
      const one = open.get(tenantId) ?? { channel: openChannel(needs, tenantId), users: 0 }
      open.set(tenantId, one)
      one.users += 1
      let isIn = true
      function leave() {
        if (!isIn) return
        isIn = false
        one.users -= 1
        if (one.users === 0) close(tenantId, one)
      }
      try {
        return { channel: await one.channel, leave }
      } catch (error) {
        // Whoever comes next tries again.
        if (open.get(tenantId) === one) open.delete(tenantId)
        throw error
      }
    },

    async [Symbol.asyncDispose]() {
      for (const [tenantId, one] of open) close(tenantId, one)
      await Promise.all(closing)
    },
  }
}
