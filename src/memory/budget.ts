import { AppError } from '../error/app-error'
import { createAccounts, type Held } from './accounts'
import { createQueue } from './queue'

/** The budget is the memory that requests and messages may take together, in estimated bytes. */
export interface Budget {
  /**
   * Grants room for `bytes`, at once or after a wait.
   * @param tenantId undefined for a caller without a key: all of those are one tenant
   * @param unread how many of the bytes sent meanwhile the server takes in unasked
   * @throws {AppError} `busy` when there was no room in time, or too many wait already
   */
  lease(tenantId: string | undefined, bytes: number, unread?: number): Promise<Lease>
  /** Returns the bytes that are held now. */
  held(): number
}

export interface Lease {
  /** Makes the lease larger. @throws {AppError} `busy`; the lease then stays as it was */
  grow(bytes: number, unread?: number): Promise<void>
  /** Tells that the whole body has arrived: the remaining work depends on no sender. */
  arrived(): void
  /** Gives the memory back. It may be called again. */
  release(): void
}

/** This lease counts nothing: it serves one request at a time, as on Lambda. */
export const unbounded: Lease = { grow: async () => {}, arrived() {}, release() {} }

// As for messages (`platform/local/unanswered.ts`): a tenant with a few gets in, however many others have.
const TENANTS = 3
const FEW_PLACES = 100

/**
 * Shares `capacity` among tenants: none has more than half of it, callers without a key an eighth
 * together, and waiting leases are granted by turns, a tenant at a time, the oldest of each first.
 *
 * So that one body of the largest kind always gets through, the oldest that has arrived whole may
 * go beyond its tenant's share, and the oldest of all beyond the capacity.
 */
export function createBudget({
  capacity,
  maxPlaces = Number.POSITIVE_INFINITY,
}: {
  capacity: number
  /** One tenant may have so many leases; beyond three times as many in all, a few. */
  maxPlaces?: number
}): Budget {
  const accounts = createAccounts(capacity)
  const queue = createQueue({ accounts, capacity, mayTake })

  function mayTake(held: Held, bytes: number): boolean {
    const { account } = held
    const fits = accounts.total() + bytes <= capacity
    if (fits && account.bytes + bytes <= account.share) return true
    return (fits && accounts.foremostOf(account) === held) || accounts.foremost() === held
  }

  /**
   * Takes room for a lease. No lease overtakes a waiting one, except the lease that the others wait
   * for.
   */
  async function take(held: Held, bytes: number, unread: number) {
    const isNext = !queue.isWaitingIn(held.account) || accounts.foremostOf(held.account) === held
    if (isNext && mayTake(held, bytes)) accounts.add(held, bytes)
    else await queue.wait(held, bytes, unread)
  }

  function close(held: Held) {
    if (held.isClosed) return
    accounts.close(held)
    queue.look()
  }

  return {
    held: accounts.total,

    async lease(tenantId, bytes, unread = 0) {
      const isCrowded = accounts.places() >= TENANTS * maxPlaces
      const places = isCrowded ? Math.min(FEW_PLACES, maxPlaces) : maxPlaces
      const own = accounts.placesOf(tenantId)
      if (own >= places) {
        const detail = `${own} requests of this tenant are not answered yet, of ${accounts.places()} in all.`
        throw new AppError('busy', detail)
      }
      const held = accounts.open(tenantId)
      try {
        await take(held, bytes, unread)
      } catch (error) {
        close(held)
        throw error
      }
      return {
        grow: (more, coming = 0) => take(held, more, coming),
        arrived() {
          held.hasArrived = true
          queue.look()
        },
        release: () => close(held),
      }
    },
  }
}
