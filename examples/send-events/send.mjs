// This script sends a file of native events, one a line, and ends when the receipt names each of them.
// Node 20 and nothing else: `node send.mjs events.jsonl`.
import { readFileSync } from 'node:fs'

const { NONIUS_URL = 'http://localhost:3000', NONIUS_KEY = '' } = process.env
const EVENTS_A_REQUEST = 500 // 1 MB at 2 KB an event; a body may have 6 MB
const PATIENCE_MS = 30_000 // a server that answers at all does so in a second
const ATTEMPTS = 8 // two minutes in all, by the waits below

const lines = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)
const sum = { stored: 0, duplicates: 0, quarantined: 0, later: 0 }
for (let at = 0; at < lines.length; at += EVENTS_A_REQUEST) {
  const receipt = await send(lines.slice(at, at + EVENTS_A_REQUEST).join('\n'))
  sum.stored += receipt.eventCount - receipt.duplicates
  sum.duplicates += receipt.duplicates
  // On AWS, while the event store is unavailable: safe, and not to be sent again.
  sum.later += receipt.acceptedForLater ?? 0
  sum.quarantined += receipt.quarantinedCount ?? receipt.quarantined.length
  for (const { index, errors } of receipt.quarantined) {
    const reasons = errors.map(({ path, message }) => `${path.slice(1).join('.')} ${message}`)
    console.error(`line ${at + index + 1}: ${reasons.join('; ')}`)
  }
}
const { stored, duplicates, quarantined, later } = sum
console.log(`${stored} stored, ${duplicates} already there, ${quarantined} in quarantine`)
if (later > 0) console.log(`${later} accepted, and stored later`)
process.exitCode = quarantined > 0 ? 1 : 0

/** Sends until there is a receipt. The same text may be sent again: its `event_id`s are recognised. */
async function send(body) {
  for (let attempt = 1; ; attempt++) {
    const reply = await post(body)
    if (reply.status === 200) return await reply.json()
    // Time-outs and servers in trouble pass; any other refusal would be the same the next time.
    if (![0, 408, 429].includes(reply.status) && reply.status < 500) throw new Error(reply.said)
    if (attempt === ATTEMPTS) throw new Error(`given up after ${attempt} attempts: ${reply.said}`)
    const seconds = Number(reply.headers?.get('retry-after')) || 2 ** (attempt - 1)
    console.error(`${reply.said}; again in ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  }
}

/** A reply, with what it says in a sentence; of a connection that ended without one, the status 0. */
async function post(body) {
  const headers = {
    authorization: `Bearer ${NONIUS_KEY}`,
    'content-type': 'application/x-ndjson',
  }
  const signal = AbortSignal.timeout(PATIENCE_MS)
  try {
    const reply = await fetch(`${NONIUS_URL}/api/v1/events`, {
      method: 'POST',
      headers,
      body,
      signal,
    })
    const text = await reply.text() // the receipt may be cut off as well
    const json = async () => JSON.parse(text)
    return { status: reply.status, headers: reply.headers, said: `${reply.status} ${text}`, json }
  } catch (error) {
    return { status: 0, said: `no answer (${error.cause?.message ?? error.message})` }
  }
}
