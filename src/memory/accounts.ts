/** An account says what one tenant holds. */
export interface Account {
  tenantId: string | undefined
  bytes: number
  /** The tenant may hold at most this, as a rule. */
  share: number
  /** So many bytes may come for it unasked while it waits; `unreadShare` limits them. */
  unread: number
  unreadShare: number
  leases: Set<Held>
}

/** This is one lease, as the budget sees it. */
export interface Held {
  account: Account
  bytes: number
  hasArrived: boolean
  isClosed: boolean
}

// A tenant may have half: two large senders then never keep out a third, and one alone has half the
// memory for its large bodies.
const SHARE = 1 / 2
// Callers without a key only want to try the check, so a few bodies at a time are enough.
const STRANGERS_SHARE = 1 / 8
// A waiting body is not read, but the server takes in its beginning.
const UNREAD_SHARE = 1 / 2

export type Accounts = ReturnType<typeof createAccounts>

/** The accounts record who holds how much, in the order of arrival. */
export function createAccounts(capacity: number) {
  const byTenant = new Map<string | undefined, Account>()
  const all = new Set<Held>()
  let total = 0
  let places = 0

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
    /** How many leases there are, those of callers without a key included. */
    places: () => places,
    placesOf: (tenantId: string | undefined) => byTenant.get(tenantId)?.leases.size ?? 0,

    open(tenantId: string | undefined): Held {
      const account = accountOf(tenantId)
      const held = { account, bytes: 0, hasArrived: false, isClosed: false }
      account.leases.add(held)
      places += 1
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
      places -= 1
      all.delete(held)
      if (account.leases.size === 0) byTenant.delete(account.tenantId)
    },

    /** This lease, of all whose callers have shown a key, may go beyond the capacity. */
    foremost: () => foremostIn(all),
    /** This lease may go beyond the tenant's share. */
    foremostOf: ({ leases }: Account) => foremostIn(leases),
  }
}

/** Finds the oldest lease that waits for no sender's bytes; the oldest of all, where all wait. */
function foremostIn(leases: Set<Held>): Held | undefined {
  let first: Held | undefined
  for (const held of leases) {
    if (held.hasArrived) return held
    first ??= held
  }
  return first
}
