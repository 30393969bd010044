import type { TcpBytes } from './tcp-bytes'

/** A watched connection may have the beginning of a message in our memory, which Bun shows to nobody. */
export interface Watched {
  /** Its other end (`keyOfPeer`). */
  key: string
  tenantId: string
  /** So many bytes of it came as whole messages. */
  seenBytes: number
  /** Ends it, and frees what it holds. */
  cut(): void
}

/** Beginnings of messages are held in this memory at most, which frees what is beyond it. */
export interface HalfSent extends Disposable {
  opened(watched: Watched): void
  closed(watched: Watched): void
  /** Looks now. @returns how many connections were cut */
  look(): number
}

// One tenant has half of it: 256 connections with half of a message of a megabyte.
const MAX_BYTES = 256 * 1024 * 1024
// The head of a handshake, and what frames have beside their messages, are no beginning of one.
const OTHER_BYTES = 64 * 1024
// Whatever is held makes the process grow, if it has no memory to spare: it is looked at when it has
// grown by so much, and now and then.
const GROWN_BYTES = 16 * 1024 * 1024
const OFTEN_MS = 2000
// A turn of the event loop reads what has come for all connections, some 100 MB of a thousand: it is
// looked at after each that takes long.
const LOOK_MS = 20

/**
 * @param tcpBytes tells how much came; what of it is in no message is held
 * @param maxEach one connection holds so many bytes at most
 */
export function createHalfSent(
  tcpBytes: TcpBytes,
  maxEach: number,
  {
    maxBytes = MAX_BYTES,
    lookMs = LOOK_MS,
  }: { maxBytes?: number | undefined; lookMs?: number } = {},
): HalfSent {
  const open = new Set<Watched>()
  let low = 0
  let lookedAt = 0
  let timer: Timer | undefined

  function look(): number {
    const came = tcpBytes()
    const byTenant = new Map<string, { watched: Watched; bytes: number }[]>()
    let total = 0
    for (const watched of open) {
      // The heads of a message in many frames are seen by nobody, and add up over days.
      const bytes = Math.min((came.get(watched.key) ?? 0) - watched.seenBytes, maxEach)
      if (bytes <= OTHER_BYTES) continue
      const own = byTenant.get(watched.tenantId) ?? []
      own.push({ watched, bytes })
      byTenant.set(watched.tenantId, own)
      total += bytes
    }
    let cut = 0
    for (const own of byTenant.values()) {
      const bytes = own.reduce((sum, one) => sum + one.bytes, 0)
      // Where all together hold too much, each has its part of the room.
      const share = total > maxBytes ? maxBytes / 2 / byTenant.size : maxBytes / 2
      if (bytes > share) cut += cutDown(own, bytes, share / 2)
    }
    return cut
  }

  /** Looks from now on: where no connection is open, the process grows by other things. */
  function begin() {
    low = process.memoryUsage.rss()
    lookedAt = performance.now()
    timer = setInterval(lookIfGrown, lookMs)
    timer.unref()
  }

  function end() {
    clearInterval(timer)
    timer = undefined
  }

  function lookIfGrown() {
    const now = process.memoryUsage.rss()
    low = Math.min(low, now)
    if (now - low < GROWN_BYTES && performance.now() - lookedAt < OFTEN_MS) return
    low = now
    lookedAt = performance.now()
    look()
  }

  return {
    opened(watched) {
      if (timer === undefined) begin()
      open.add(watched)
    },
    closed(watched) {
      open.delete(watched)
      if (open.size === 0) end()
    },
    look,
    [Symbol.dispose]: end,
  }
}

/** Cuts those who hold most, until no more than `left` is held. */
function cutDown(own: { watched: Watched; bytes: number }[], held: number, left: number): number {
  let bytes = held
  let cut = 0
  for (const one of own.sort((a, b) => b.bytes - a.bytes)) {
    if (bytes <= left) break
    one.watched.cut()
    bytes -= one.bytes
    cut += 1
  }
  return cut
}
