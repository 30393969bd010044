import { attempt, page, shelf } from './page'

// A tab in the background may have one turn a minute; three missed are an end.
const LEASE_MS = 180_000
const RENEWAL_MS = 20_000

/**
 * Becomes the owner of what a name stands for, for as long as this page lives: by a Web Lock, which ends with
 * the page however that ends, or by a lease in `localStorage` where a page has no locks.
 * @returns what gives it back; undefined while another page has it
 */
export async function claim(name: string): Promise<(() => void) | undefined> {
  const locks = attempt(() => page.navigator?.locks)
  if (!locks) return lease(name)
  return new Promise((resolve) => {
    const held = (lock: object | null) => {
      if (lock) return new Promise<void>((release) => resolve(release))
      resolve(undefined)
    }
    // A page without an origin of its own may not have any.
    attempt(() =>
      locks.request(name, { ifAvailable: true }, held)?.catch(() => resolve(lease(name))),
    ) ?? resolve(lease(name))
  })
}

function lease(name: string): (() => void) | undefined {
  const entry = `${name}/lease`
  const storage = shelf('localStorage')
  const since = attempt(() => storage?.getItem(entry))
  // A clock that was set back leaves leases in the future.
  if (since && Math.abs(Date.now() - Number(since)) < LEASE_MS) return undefined
  const renew = () => attempt(() => storage?.setItem(entry, String(Date.now())))
  renew()
  const timer = setInterval(renew, RENEWAL_MS)
  return () => {
    clearInterval(timer)
    attempt(() => storage?.removeItem(entry))
  }
}
