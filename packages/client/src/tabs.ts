import { attempt, page } from './page'

// Locks are answered in milliseconds, if at all.
const PATIENCE_MS = 3000

/** Finds the page's locks: none where it is not secure, or has no origin of its own. */
export const locks = () => attempt(() => page.navigator?.locks)

/**
 * Becomes the owner of what a name stands for, for as long as this page lives, by a Web Lock, which ends with the
 * page however that ends.
 * @returns what gives it back; undefined while another page has it
 */
export function claim(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const withoutLock = () => resolve(() => undefined)
    const asked = attempt(() =>
      locks()
        ?.request(`nonius:${name}`, { ifAvailable: true }, (lock) =>
          lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined),
        )
        .catch(withoutLock),
    )
    setTimeout(withoutLock, asked ? PATIENCE_MS : 0)
  })
}
