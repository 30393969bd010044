import type { LiveDocument } from '../run/live-document'

// They are counted as JSON; parsed they take some three times as much.
const MAX_BYTES = 12 * 1024 * 1024
// One that is new has nothing but names.
const LEAST_BYTES = 512

/** Documents that stay in memory, those that were used last at the end. */
export function createMemory(maxBytes = MAX_BYTES) {
  const held = new Map<string, LiveDocument>()
  const sizeOf = ({ bytes }: LiveDocument) => Math.max(bytes, LEAST_BYTES)

  return {
    has: (name: string) => held.has(name),
    add: (name: string, live: LiveDocument) => void held.set(name, live),
    use(name: string): LiveDocument {
      const live = held.get(name)
      if (live === undefined) throw new Error('a document is not in memory')
      held.delete(name)
      held.set(name, live)
      return live
    },
    *dirty(isWanted: (live: LiveDocument) => boolean): Iterable<LiveDocument> {
      for (const live of held.values()) if (live.changed.size > 0 && isWanted(live)) yield live
    },
    /** One that was not written is forgotten: what is kept of it is another. */
    keep(name: string, etag: string | undefined) {
      const live = held.get(name)
      if (live === undefined) return
      if (etag === undefined) held.delete(name)
      else Object.assign(live, { etag, isDamaged: false })
    },
    forget(isWanted: (live: LiveDocument) => boolean) {
      for (const [name, live] of held) if (isWanted(live)) held.delete(name)
    },
    /** Forgets what was not used for long. @returns whether there is still too much, since it is not written */
    evict(): boolean {
      let bytes = 0
      for (const live of held.values()) bytes += sizeOf(live)
      for (const [name, live] of held) {
        if (bytes <= maxBytes) return false
        if (live.changed.size > 0) continue
        held.delete(name)
        bytes -= sizeOf(live)
      }
      return bytes > maxBytes
    },
  }
}
