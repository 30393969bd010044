/** What one tenant holds. */
export interface Account {
  tenantId: string | undefined
  bytes: number
  /** The most it may hold, as a rule. */
  share: number
  /** What may come for it unasked while it waits, and how much of that is borne. */
  unread: number
  unreadShare: number
  leases: Set<Held>
}

/** One lease, as the budget sees it. */
export interface Held {
  account: Account
  bytes: number
  hasArrived: boolean
  isClosed: boolean
}

// Two large senders never keep out a third; and one alone has half the memory for its large bodies.
const SHARE = 1 / 2
// Whoever shows no key only wants to try the check: a few bodies at a time do.
const STRANGERS_SHARE = 1 / 8
// What waits is not read, but the server takes in the beginning of it.
const UNREAD_SHARE = 1 / 2

export type Accounts = ReturnType<typeof createAccounts>

/** The books: who holds how much, in the order in which they came. */
export function createAccounts(capacity: number) {
  const byTenant = new Map<string | undefined, Account>()
  const all = new Set<Held>()
  let total = 0

  function accountOf(tenantId: string | undefined): Account {
    const known = byTenant.get(tenantId)
    if (known !== undefined) return known
    const share = capacity * (tenantId === undefined ? STRANGERS_SHARE : SHARE)
    const unreadShare = share * UNREAD_SHARE
    const account = { tenantId, bytes: 0, share, unread: 0, unreadShare, leases: new Set<Held>() }
    byTenant.set(tenantId, account)
    return account
  }

  return {
    total: () => total,

    open(tenantId: string | undefined): Held {
      const account = accountOf(tenantId)
      const held = { account, bytes: 0, hasArrived: false, isClosed: false }
      account.leases.add(held)
      if (tenantId !== undefined) all.add(held)
      return held
    },

    add(held: Held, bytes: number) {
      held.bytes += bytes
      held.account.bytes += bytes
      total += bytes
    },

    close(held: Held) {
      const { account } = held
      account.bytes -= held.bytes
      total -= held.bytes
      held.isClosed = true
      account.leases.delete(held)
      all.delete(held)
      if (account.leases.size === 0) byTenant.delete(account.tenantId)
    },

    /** Of all who have shown a key, who may go beyond the capacity. */
    foremost: () => foremostIn(all),
    /** Who may go beyond the tenant's share. */
    foremostOf: ({ leases }: Account) => foremostIn(leases),
  }
}

/** The oldest that waits for nobody's bytes; the oldest, where all do. */
function foremostIn(leases: Set<Held>): Held | undefined {
  let first: Held | undefined
  for (const held of leases) {
    if (held.hasArrived) return held
    first ??= held
  }
  return first
}
