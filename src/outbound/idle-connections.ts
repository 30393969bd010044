import type { Connection } from './connection'
import type { Address } from './guard'

// Servers close a connection on which nothing happens after five seconds and more (Node, Apache), and
// whoever closes it just as we write costs a new one.
const IDLE_MS = 3000

// Many webhooks may go to one receiver; a tenant has at most so many attempts at a time.
const MAX_PER_TARGET = 64

// With those in use (`places.ts`), most of 1,024 open files are left to others.
const MAX_IDLE = 128

interface Idle {
  key: string
  connection: Connection
  until: number
}

/**
 * Keeps connections open between calls, for a moment, so that the next call to the same place needs no
 * handshake. They are found by the scheme, name and port of a URL, and by an address that the guard
 * has just found for it: a name that moved does not go on where it was.
 */
export interface IdleConnections {
  /** Takes one that nobody has used since. @returns undefined when there is none */
  take(url: URL, addresses: readonly Address[]): Connection | undefined
  /** Keeps a connection on which nothing is left; it may be closed at once, or any time later. */
  put(url: URL, connection: Connection): void
}

export function createIdleConnections({ idleMs = IDLE_MS } = {}): IdleConnections {
  const byKey = new Map<string, Idle[]>()
  /** The one that was put first stands first. */
  const all = new Set<Idle>()
  let sweeping: ReturnType<typeof setTimeout> | undefined

  function forget(idle: Idle) {
    all.delete(idle)
    const those = byKey.get(idle.key)
    if (those === undefined) return
    those.splice(those.indexOf(idle), 1)
    if (those.length === 0) byKey.delete(idle.key)
  }

  function drop(idle: Idle) {
    forget(idle)
    idle.connection.close()
  }

  /** Closes those whose time is over, and comes again for the next. */
  function sweep() {
    sweeping = undefined
    const now = performance.now()
    for (const idle of all) {
      if (idle.until > now && idle.connection.isOpen()) continue
      drop(idle)
    }
    const [first] = all
    if (first !== undefined) sweepIn(first.until - now)
  }

  function sweepIn(ms: number) {
    sweeping ??= setTimeout(sweep, Math.max(ms, 1))
    sweeping.unref()
  }

  return {
    take(url, addresses) {
      for (const { address } of addresses) {
        const those = byKey.get(keyOf(url, address))
        for (let idle = those?.at(-1); idle !== undefined; idle = those?.at(-1)) {
          forget(idle)
          if (idle.connection.isOpen() && idle.until > performance.now()) return idle.connection
          idle.connection.close()
        }
      }
      return undefined
    },

    put(url, connection) {
      const { address } = connection
      const key = address && keyOf(url, address)
      if (!key || (byKey.get(key)?.length ?? 0) >= MAX_PER_TARGET) {
        connection.close()
        return
      }
      const idle = { key, connection, until: performance.now() + idleMs }
      all.add(idle)
      const those = byKey.get(key)
      if (those === undefined) byKey.set(key, [idle])
      else those.push(idle)
      sweepIn(idleMs)
      if (all.size > MAX_IDLE) {
        const [oldest] = all
        drop(oldest!)
      }
    },
  }
}

function keyOf({ protocol, host }: URL, address: string): string {
  return `${protocol}//${host} ${address}`
}
