import { attempt, page, shelf, unref } from './page'

// A tab in the background may have one turn a minute; three missed are an end.
const LEASE_MS = 180_000
const RENEWAL_MS = 20_000
// Locks are answered in milliseconds, if at all.
const PATIENCE_MS = 3000

/**
 * Becomes the owner of what a name stands for, for as long as this page lives: by a Web Lock, which ends with
 * the page however that ends, or by a lease in `localStorage` where a page has no locks.
 * @returns what gives it back; undefined while another page has it
 */
export function claim(name: string): Promise<(() => void) | undefined> {
  return new Promise((settle) => {
    const resolve = (release: (() => void) | undefined) => {
      clearTimeout(timer)
      settle(release)
    }
    const byLease = () => resolve(lease(name))
    const timer = setTimeout(byLease, PATIENCE_MS)
    const locks = attempt(() => page.navigator?.locks)
    const asked = attempt(() =>
      locks
        ?.request(name, { ifAvailable: true }, (lock) =>
          lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined),
        )
        // A page without an origin of its own may not ask.
        .catch(byLease),
    )
    if (!asked) byLease()
  })
}

function lease(name: string): (() => void) | undefined {
  const entry = name.replace(':', ':lease:')
  const storage = shelf('localStorage')
  const since = attempt(() => storage?.getItem(entry))
  // A clock that was set back leaves leases in the future.
  if (since && Math.abs(Date.now() - Number(since)) < LEASE_MS) return undefined
  const renew = () => attempt(() => storage?.setItem(entry, String(Date.now())))
  renew()
  const timer = setInterval(renew, RENEWAL_MS)
  unref(timer)
  return () => {
    clearInterval(timer)
    attempt(() => storage?.removeItem(entry))
  }
}
