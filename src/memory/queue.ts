import { AppError } from '../error/app-error'
import type { Account, Accounts, Held } from './accounts'

// Canvas, the least patient sender known, gives up after 15 s, and must hear of it before.
const PATIENCE_MS = 10_000

// Unread bytes may take half of the capacity, beside it.
const UNREAD_OF_ALL = 1 / 2

interface Waiter {
  held: Held
  bytes: number
  unread: number
  resolve(): void
  reject(error: unknown): void
  timer: ReturnType<typeof setTimeout>
}

interface Needs {
  accounts: Accounts
  capacity: number
  mayTake(held: Held, bytes: number): boolean
}

/** The queue has a line of waiting leases for each tenant, and serves the lines by turns. */
export function createQueue({ accounts, capacity, mayTake }: Needs) {
  // The lines are in the order of turns: a tenant that was served goes to the end.
  const lines = new Map<Account, Waiter[]>()
  let unreadOfAll = 0

  function leave(account: Account, waiter: Waiter) {
    clearTimeout(waiter.timer)
    account.unread -= waiter.unread
    unreadOfAll -= waiter.unread
    const line = lines.get(account)!
    line.splice(line.indexOf(waiter), 1)
    if (line.length === 0) lines.delete(account)
  }

  /** Serves one line. @returns whether a lease of this line could be granted */
  function serve(account: Account, line: Waiter[]): boolean {
    // A lease that holds memory already and whose body is whole goes before one that would only
    // begin.
    const foremost = accounts.foremostOf(account)
    const next = line.find(({ held }) => held === foremost) ?? line[0]!
    const first = [next, line[0]!].find(({ held, bytes }) => mayTake(held, bytes))
    if (first === undefined) return false
    leave(account, first)
    if (lines.delete(account)) lines.set(account, line)
    accounts.add(first.held, first.bytes)
    first.resolve()
    return true
  }

  return {
    isWaitingIn: (account: Account) => lines.has(account),

    /** Waits for room. @throws {AppError} `busy` */
    wait(held: Held, bytes: number, unread: number): Promise<void> {
      const { account } = held
      const line = lines.get(account) ?? []
      const isTooMuch =
        account.unread + unread > account.unreadShare ||
        unreadOfAll + unread > capacity * UNREAD_OF_ALL
      if (line.length > 0 && isTooMuch) return Promise.reject(busy(account))
      lines.set(account, line)
      account.unread += unread
      unreadOfAll += unread
      return new Promise((resolve, reject) => {
        const timer = setTimeout(giveUp, PATIENCE_MS)
        const waiter: Waiter = { held, bytes, unread, resolve, reject, timer }
        function giveUp() {
          leave(account, waiter)
          reject(busy(account))
        }
        line.push(waiter)
      })
    },

    /** Grants every waiting lease that fits by now. */
    look() {
      for (let again = lines.size > 0; again; ) {
        again = false
        for (const [account, line] of [...lines]) again = serve(account, line) || again
      }
    },
  }
}

function busy({ tenantId }: Account): AppError {
  const whose = tenantId === undefined ? 'callers without a key' : 'this tenant'
  const detail = `So much is coming in for ${whose} that there was no room for it in memory.`
  return new AppError('busy', detail)
}
