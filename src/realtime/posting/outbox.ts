import { setTimeout as wait } from 'node:timers/promises'
import type { Connections } from '../../platform/connections'
import type { StoredRecord } from '../../platform/live-feed'
import type { Wanted } from '../../platform/subscriptions'
import { eventFrame } from '../event-frame'
import { frames } from '../subscribe-frames'

interface Needs {
  connections: Pick<Connections, 'send'>
  /** A message has at most so many bytes. */
  maxMessageBytes: number
}

export type Sent = 'sent' | 'gone' | 'failed'

// API Gateway takes a message within some ten milliseconds, or is not well.
const PATIENCE_MS = 2000

export type Outbox = ReturnType<typeof createOutbox>

/** Sends to connections, each message once and within its time. Nothing here throws. */
export function createOutbox({ connections, maxMessageBytes }: Needs) {
  async function send(connectionId: string, text: string): Promise<Sent> {
    const over = new AbortController()
    const sending = connections.send(connectionId, text).catch(() => 'failed' as const)
    const late = wait(PATIENCE_MS, 'failed' as const, over).catch(() => 'failed' as const)
    const sent = await Promise.race([sending, late])
    over.abort()
    return sent
  }

  return {
    send,

    /**
     * Sends an event as it is wanted.
     * @param before is the position before it: one that is too large for a message can be read there
     */
    async give(
      connectionId: string,
      stored: StoredRecord,
      { format, before }: Pick<Wanted, 'format'> & { before: string },
    ): Promise<Sent> {
      const text = eventFrame(stored, format)
      const fits = Buffer.byteLength(text) <= maxMessageBytes
      return send(connectionId, fits ? text : frames.lost(1, before))
    },
  }
}
