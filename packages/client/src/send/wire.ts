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
  /** Reads an answer: what became of each event, in their order; of none where it is no receipt. */
  read(answer: unknown, sent: readonly Held[]): Outcome[]
}

/** `true`: it is stored. What the server could not store, and holds in quarantine, has the reasons. Else it has to be sent again. */
export type Outcome = true | object | undefined

/** Reads the receipt of `POST /api/v1/events` and of Caliper's address. @throws for what is not one */
export function readReceipt(answer: unknown, sent: readonly Held[]): Outcome[] {
  const { requestId, eventCount, eventIds, quarantined, acceptedForLater } = answer as {
    [name: string]: number | string[]
  } & { quarantined: { index: number; errors: object }[] }
  const refused: Outcome[] = []
  for (const { index, errors } of quarantined) refused[index] = errors
  const ids = new Set(eventIds as string[])
  const later = (acceptedForLater as number | undefined) ?? (ids.size ? 0 : (eventCount as number))
  // A hotel's page that asks to log in is answered with 200, too. Numbers alone stand for all.
  const isWhole = requestId && later + quarantined.length >= sent.length
  return sent.map(({ id }, at) => refused[at] ?? (isWhole || ids.has(id) || undefined))
}

export const nativeWire: Wire = {
  path: '/api/v1/events',
  pathByKey: '/api/v1/in/',
  body: (texts) => `[${texts.join(',')}]`,
  read: readReceipt,
}
