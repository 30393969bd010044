import { createMessages } from '../../../src/cli/tail/messages'

interface Followed {
  /** The server may be away; it comes back at the same address. */
  url: string
  key: string
  query: Record<string, string>
  /** The position to begin after. */
  after: string
}

export interface Follower {
  /** The ids of events, in the order in which they came, over all connections. */
  ids: string[]
  /** How often it came again after it had been connected. */
  reconnects(): number
  /** What it was told beside events, but for where a stream begins and that the server stops. */
  odd: string[]
  /** Follows until it is told to stop. */
  finished: Promise<void>
}

// A server that starts again is asked this often.
const AWAY_MS = 20
// A connection is cut after so many parts at most, and within the last of them.
const MOST_PARTS = 4

/** Follows a server as a page does, but that each of its connections is cut at a random place. */
export function startFollower({ url, key, query, after }: Followed, stop: AbortSignal): Follower {
  const ids: string[] = []
  const odd: string[] = []
  let connections = 0
  let last = after

  async function connect() {
    const cut = new AbortController()
    const signal = AbortSignal.any([stop, cut.signal])
    const headers = { authorization: `Bearer ${key}`, 'last-event-id': last }
    const address = `${url}/api/v1/events/stream?${new URLSearchParams(query)}`
    const response = await fetch(address, { headers, signal })
    if (response.status !== 200) {
      // A server that stops or starts is busy; it must not refuse the position.
      if (response.status < 500) odd.push(`${response.status} ${await response.text()}`)
      throw new Error(`answered ${response.status}`)
    }
    connections += 1
    const messages = createMessages()
    let left = Math.floor(Math.random() * MOST_PARTS)
    for await (const part of response.body!) {
      // Of the last part, only what came before the cut: it may be the half of an event.
      const until = left === 0 ? Math.floor(Math.random() * part.length) : part.length
      for (const { name, id, data } of messages.add(part.subarray(0, until))) {
        last = id
        if (name === 'message') ids.push((JSON.parse(data) as { id: string }).id)
        else if (name !== 'ready' && name !== 'end') odd.push(`${name} ${data}`)
      }
      if (left === 0) break
      left -= 1
    }
    cut.abort()
  }

  async function follow() {
    while (!stop.aborted) await connect().catch(() => Bun.sleep(AWAY_MS))
  }

  return { ids, odd, reconnects: () => Math.max(connections - 1, 0), finished: follow() }
}
