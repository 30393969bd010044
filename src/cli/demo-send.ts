import type { SentDay } from '../demo/demo'
import type { DemoRequest } from '../demo/senders/sender'
import { CommandError } from './failure'
import { type Answer, post } from './post'
import { reasonOf } from './send-results'

/** A tally counts what became of the events of a system. */
export interface Tally {
  requests: number
  sent: number
  /** Duplicates are among them. */
  accepted: number
  duplicates: number
  quarantined: number
}

interface Needs {
  url: URL
  keyOf(sender: string): string
  tally: Tally
}

// A system has no more requests under way than a browser has to one host.
const AT_ONCE = 6
const RETRIES = 6

/** Sends what a system sends on a day, and adds to its tally what came of it. */
export async function sendDay({ sender, requests }: SentDay, { url, keyOf, tally }: Needs) {
  const key = keyOf(sender.name)
  const waiting = requests.values()

  async function sendNext() {
    for (const request of waiting) {
      const headers = { 'content-type': request.contentType, ...request.headers }
      // A server behind a proxy may have a path.
      const target = new URL(`.${request.path}`, url)
      const sentAt = new Date()
      const options = { url: target, key, retries: RETRIES, headers, onRetry: () => {} }
      add(tally, request, await post(request.body(sentAt), options), target)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sendNext))
}

function add(tally: Tally, { items }: DemoRequest, answer: Answer, target: URL) {
  const { status, body } = answer
  if (status === 401 || status === 403) {
    throw new CommandError(
      `${target.origin} refuses the key (${reasonOf(answer)}): is its data folder another one? Name it with --data-dir, or a key of that server with --key`,
    )
  }
  if (status !== 200) throw new CommandError(`${target}: ${reasonOf(answer)}`)
  tally.requests += 1
  tally.sent += items
  // A record store answers with the ids of the statements, and says nothing of those that it had.
  if (Array.isArray(body)) {
    tally.accepted += items
    return
  }
  tally.accepted += countAt(body, 'eventCount') + countAt(body, 'acceptedForLater')
  tally.duplicates += countAt(body, 'duplicates')
  const named = Array.isArray(body.quarantined) ? body.quarantined.length : 0
  tally.quarantined += countAt(body, 'quarantinedCount') || named
}

function countAt(body: Record<string, unknown>, name: string): number {
  const value = body[name]
  return typeof value === 'number' ? value : 0
}
