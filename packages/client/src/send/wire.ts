import type { Held } from '../queue/store'

/** Says how events of a standard go over the wire, and what the answer says of them. */
export interface Wire {
  /** Where they are posted, below the server's address. */
  path: string
  /** Headers beside the key. */
  headers?: Record<string, string>
  /** Where they go as a plain text with the key in the address: no preflight holds up a page that ends. */
  pathByKey?: string
  /** Writes the body. */
  body(texts: string[]): string
  /** Reads an answer. @returns undefined for what is no receipt: nothing was acknowledged */
  read(answer: unknown, sent: readonly Held[]): Settled | undefined
}

/** Says what became of events that were sent; what stands in neither list has to be sent again. */
export interface Settled {
  stored: Held[]
  quarantined: { event: Held; why: unknown }[]
}

/** Reads the receipt of `POST /api/v1/events` and of Caliper's address. */
export function readReceipt(answer: unknown, sent: readonly Held[]): Settled | undefined {
  const { requestId, eventCount, eventIds, quarantined, acceptedForLater } = (answer ?? {}) as {
    [name: string]: unknown
  }
  // A hotel's page that asks to log in is answered with 200, too.
  if (typeof requestId !== 'string' || typeof eventCount !== 'number' || !Array.isArray(eventIds))
    return
  const refused = (Array.isArray(quarantined) ? quarantined : []).flatMap(
    ({ index, errors }: { index: number; errors: unknown }) => {
      const event = sent[index]
      return event ? [{ event, why: errors }] : []
    },
  )
  const isRefused = new Set(refused.map(({ event }) => event))
  const others = sent.filter((event) => !isRefused.has(event))
  const later = typeof acceptedForLater === 'number' ? acceptedForLater : 0
  const isWhole = later + (eventIds.length ? 0 : eventCount) >= others.length
  const ids = new Set(eventIds)
  return { stored: isWhole ? others : others.filter(({ id }) => ids.has(id)), quarantined: refused }
}

export const nativeWire: Wire = {
  path: '/api/v1/events',
  pathByKey: '/api/v1/in/',
  body: (texts) => `[${texts.join(',')}]`,
  read: readReceipt,
}
