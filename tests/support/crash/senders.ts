import { expect } from 'bun:test'
import type { ServerProcess } from '../server-process'

const context = 'http://purl.imsglobal.org/ctx/caliper/v1p2'

export const idOf = (n: number) => `urn:uuid:10000000-0000-4000-8000-${String(n).padStart(12, '0')}`

function envelope(numbers: readonly number[], filler: string) {
  const data = numbers.map((n) => ({
    '@context': context,
    id: idOf(n),
    type: 'ViewEvent',
    profile: 'ReadingProfile',
    actor: { id: `https://example.edu/users/${n % 50}`, type: 'Person' },
    action: 'Viewed',
    object: { id: `https://example.edu/pages/${n % 300}`, type: 'Page', name: `Page ${n}` },
    eventTime: new Date(1_790_000_000_000 + n).toISOString(),
    ...(filler === '' ? {} : { extensions: { filler } }),
  }))
  const sendTime = new Date().toISOString()
  return JSON.stringify({
    sensor: 'https://example.edu/sensors/1',
    sendTime,
    dataVersion: context,
    data,
  })
}

/** Senders that send what was not acknowledged again, as sensors do. */
export interface Senders {
  /** Ids of all events that a reply named, in the order of the replies. */
  acknowledged: string[]
  /** How often they were asked to come again (503). */
  refused(): number
  /** Sends until `end` resolves or the server is gone. */
  sendUntil(server: ServerProcess, end: Promise<unknown>): Promise<void>
  /** Sends for so long. */
  sendFor(server: ServerProcess, ms: number): Promise<void>
}

// What 503 asks for is seconds; whoever tests how soon a server is well again looks more often.
const COME_AGAIN_MS = 50

/**
 * @param filler makes text that an event carries beside, for events that take room
 * @param from numbers events from here on, for senders that share a receiver with others
 */
export function createSenders({
  connections = 4,
  filler = () => '',
  from = 0,
}: {
  connections?: number
  filler?: () => string
  from?: number
} = {}): Senders {
  const acknowledged: string[] = []
  let last = from
  let refused = 0

  function nextNumbers() {
    const count = 1 + Math.floor(Math.random() * 20)
    return Array.from({ length: count }, () => ++last)
  }

  function createSender() {
    let unsure: { numbers: number[]; body: string } | undefined
    return async function send({ url, key }: ServerProcess, isOver: () => boolean) {
      while (!isOver()) {
        const numbers = unsure?.numbers ?? nextNumbers()
        unsure ??= { numbers, body: envelope(numbers, filler()) }
        try {
          const reply = await fetch(`${url}/caliper/v1p2/events`, {
            method: 'POST',
            headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
            body: unsure.body,
          })
          const receipt = (await reply.json()) as { eventIds: string[] }
          if (reply.status === 503) {
            refused += 1
            await Bun.sleep(COME_AGAIN_MS)
            continue
          }
          expect([reply.status, receipt]).toMatchObject([200, { eventIds: numbers.map(idOf) }])
          acknowledged.push(...receipt.eventIds)
          unsure = undefined
        } catch (error) {
          if (isGone(error)) return
          throw error
        }
      }
    }
  }

  const senders = Array.from({ length: connections }, createSender)
  const senderPool: Senders = {
    acknowledged,
    refused: () => refused,
    async sendUntil(server, end) {
      let isOver = false
      void end.finally(() => {
        isOver = true
      })
      await Promise.all(senders.map((send) => send(server, () => isOver)))
    },
    sendFor: (server, ms) => senderPool.sendUntil(server, Bun.sleep(ms)),
  }
  return senderPool
}

/** Whether the connection broke, or an answer in the middle of it; what `expect` throws is no such. */
function isGone(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string }
  return name !== 'Error' || /ECONN|Socket|Connection/i.test(`${code}`)
}
