import type { Socket } from 'node:net'
import type { Address } from './guard'

// Servers close a connection on which nothing happens after five seconds and more (Node, Apache), and
// whoever closes it just as we write costs a new one.
const IDLE_MS = 3000

// A webhook has at most so many attempts at a time.
const MAX_PER_TARGET = 16

// A quarter as many as may be in use (`places.ts`).
const MAX_IDLE = 64

interface Idle {
  key: string
  socket: Socket
  drop(): void
}

/**
 * Keeps connections open between calls, for a moment, so that the next call to the same place needs no
 * handshake. They are found by the scheme, name and port of a URL, and by an address that the guard
 * has just found for it: a name that moved does not go on where it was.
 */
export interface IdleSockets {
  /** Takes one that nobody has used since. @returns undefined when there is none */
  take(url: URL, addresses: readonly Address[]): Socket | undefined
  /** Keeps a connection on which nothing is left; it may be closed at once, or any time later. */
  put(url: URL, socket: Socket): void
}

export function createIdleSockets({ idleMs = IDLE_MS } = {}): IdleSockets {
  const byKey = new Map<string, Idle[]>()
  /** The one that was put first stands first. */
  const all = new Set<Idle>()

  function forget(idle: Idle) {
    all.delete(idle)
    const those = byKey.get(idle.key)
    if (those === undefined) return
    const left = those.filter((one) => one !== idle)
    if (left.length === 0) byKey.delete(idle.key)
    else byKey.set(idle.key, left)
  }

  return {
    take(url, addresses) {
      for (const { address } of addresses) {
        const idle = byKey.get(keyOf(url, address))?.at(-1)
        if (idle === undefined) continue
        idle.drop()
        const { socket } = idle
        if (!socket.writable || socket.destroyed) return undefined
        socket.ref()
        return socket
      }
      return undefined
    },

    put(url, socket) {
      const { remoteAddress } = socket
      const key = remoteAddress && keyOf(url, remoteAddress)
      if (!key || (byKey.get(key)?.length ?? 0) >= MAX_PER_TARGET) {
        socket.destroy()
        return
      }
      const idle: Idle = { key, socket, drop }
      // Whatever comes now was not asked for.
      const close = () => {
        drop()
        socket.destroy()
      }
      const events = ['data', 'end', 'error', 'close'] as const
      const timer = setTimeout(close, idleMs)
      timer.unref()
      function drop() {
        clearTimeout(timer)
        for (const event of events) socket.off(event, close)
        forget(idle)
      }
      for (const event of events) socket.on(event, close)
      socket.unref()
      all.add(idle)
      byKey.set(key, [...(byKey.get(key) ?? []), idle])
      if (all.size > MAX_IDLE) {
        const [oldest] = all
        oldest!.drop()
        oldest!.socket.destroy()
      }
    },
  }
}

function keyOf({ protocol, host }: URL, address: string): string {
  return `${protocol}//${host} ${address}`
}
