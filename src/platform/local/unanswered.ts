// One tenant may have so much in flight: far more than a client has that waits for answers at all.
// Each message costs some 4 KB beside its text, so these are 40 MB.
const MAX_MESSAGES = 10_000
const MAX_BODIES = 4

// Beyond so much in all, a tenant that has more than a few waits, and the others are taken in.
const TENANTS = 3
const FEW_MESSAGES = 100
const FEW_BODIES = 1

interface Amount {
  messages: number
  bytes: number
}

/**
 * Counts what came over WebSockets and is not answered yet, by tenant: over all of its connections,
 * closed ones included, since their messages are worked on all the same.
 * @param bodyBytes the largest message
 * @param messages one tenant may have so many
 */
export function createUnanswered(bodyBytes: number, messages = MAX_MESSAGES) {
  const byTenant = new Map<string, Amount>()
  const all: Amount = { messages: 0, bytes: 0 }
  const most = { messages, bytes: MAX_BODIES * bodyBytes }
  const few = { messages: Math.min(FEW_MESSAGES, messages), bytes: FEW_BODIES * bodyBytes }

  const exceeds = (amount: Amount, limit: Amount, times = 1) =>
    amount.messages > times * limit.messages || amount.bytes > times * limit.bytes

  function add(tenantId: string, messages: number, bytes: number) {
    const own = byTenant.get(tenantId) ?? { messages: 0, bytes: 0 }
    for (const amount of [own, all]) {
      amount.messages += messages
      amount.bytes += bytes
    }
    if (own.messages === 0) byTenant.delete(tenantId)
    else byTenant.set(tenantId, own)
    return own
  }

  /**
   * Admits a message.
   * @returns what to call once it is answered; undefined when there is too much
   */
  return function admit(tenantId: string, bytes: number): (() => void) | undefined {
    const own = add(tenantId, 1, bytes)
    const leave = () => void add(tenantId, -1, -bytes)
    if (!exceeds(own, exceeds(all, most, TENANTS) ? few : most)) return leave
    leave()
    return undefined
  }
}
