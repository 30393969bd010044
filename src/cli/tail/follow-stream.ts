import type { EventRecord } from '../../event/record'
import { openStream } from './open-stream'
import type { Output } from './output'

interface Followed {
  url: URL
  key: string
  query: URLSearchParams
  /** It comes again after so many seconds. */
  interval: number
}

// On AWS an event may come again, some seconds later. So many are remembered: a minute of a busy school.
const REMEMBERED = 10_000

/**
 * Prints events as a server sends them, each once, and goes on where it was when the connection was
 * lost.
 * @returns false when the server has no event streams
 * @throws {CommandError} when waiting does not help
 */
export async function followStream(followed: Followed, output: Output): Promise<boolean> {
  const { signal } = output
  const isNew = createIsNew()
  let after = ''
  while (!signal.aborted) {
    const opened = await openStream({ ...followed, after, signal })
    if (signal.aborted) break
    if ('trouble' in opened) {
      if (opened.trouble.status === 404 && after === '') return false
      output.trouble('events', opened.trouble)
    } else {
      for await (const { name, id, data } of opened.messages) {
        after = id
        output.trouble('events', undefined)
        if (name === 'resync') output.say(sentenceOf(data))
        if (name === 'message') {
          const event = JSON.parse(data) as EventRecord
          if (isNew(event)) await output.print([{ event }])
        }
        if (signal.aborted) return true
      }
    }
    await output.pause(followed.interval)
  }
  return true
}

function sentenceOf(data: string): string {
  const { reason } = JSON.parse(data) as { reason?: string }
  return reason === 'ahead'
    ? 'The server was set back to an earlier day: what follows goes on from its newest event.'
    : 'The server has no longer what came next: some events are missing here.'
}

/** Tells events that were not printed yet: an id that was erased may be another event later. */
function createIsNew(): (event: EventRecord) => boolean {
  const seen = new Set<string>()
  return function isNew({ eventId, receivedAt }) {
    const name = `${receivedAt} ${eventId}`
    if (seen.has(name)) return false
    seen.add(name)
    if (seen.size > REMEMBERED) seen.delete(seen.values().next().value!)
    return true
  }
}
