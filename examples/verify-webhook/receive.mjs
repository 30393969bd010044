// This server receives webhooks of Nonius: it verifies each by Standard Webhooks, handles it once, and
// answers after that.
// Node 20 and nothing else: `WEBHOOK_SECRET=whsec_… node receive.mjs`.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const { WEBHOOK_SECRET = '', PORT = '4000' } = process.env
const key = Buffer.from(WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64')
if (key.length === 0)
  throw new Error('WEBHOOK_SECRET is the secret that making the webhook answered')

const TOLERANCE_SECONDS = 300 // by Standard Webhooks: an older message may be somebody's replay
const MOST_BYTES = 16 * 1024 * 1024 // a delivery has one event of 6 MB, its text in JSON, or many small ones
const REMEMBERED = 10_000 // ids of messages that were handled; put them into your database

const handled = new Set()

createServer((request, response) => {
  // A sender that goes away in the middle of a body has no answer, and comes again.
  receive(request).then(
    (status) => response.writeHead(status).end(),
    () => response.destroy(),
  )
}).listen(Number(PORT), function () {
  console.log(`Waiting for webhooks at http://localhost:${this.address().port}/`)
})

/** @returns the status to answer with: after anything but 2xx the delivery comes again */
async function receive(request) {
  const body = await read(request)
  if (body === undefined) return 413
  if (!isGenuine(request.headers, body)) return 401
  const id = request.headers['webhook-id']
  // A delivery may come again, under the same id; the answer to the first may have been lost.
  if (handled.has(id)) return 204
  for (const event of JSON.parse(body).data) handle(event)
  handled.add(id)
  if (handled.size > REMEMBERED) handled.delete(handled.values().next().value)
  return 204 // only now
}

function handle(event) {
  console.log(`${event.type ?? event.event_type} ${event.id ?? event.event_id}`)
}

/** Whether the body, as it came, was signed with our secret a short while ago. */
function isGenuine(headers, body) {
  const {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': signatures,
  } = headers
  if (!id || !seconds || !signatures) return false
  if (!(Math.abs(Date.now() / 1000 - Number(seconds)) <= TOLERANCE_SECONDS)) return false
  const expected = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest()
  // Several while a secret is being replaced, each `v1,` and base64; compared in constant time.
  return signatures.split(' ').some((signature) => {
    if (!signature.startsWith('v1,')) return false
    const given = Buffer.from(signature.slice(3), 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}

/** The bytes of a body, or nothing when there are too many. */
async function read(request) {
  const parts = []
  let bytes = 0
  for await (const part of request) {
    bytes += part.length
    if (bytes <= MOST_BYTES) parts.push(part)
  }
  return bytes <= MOST_BYTES ? Buffer.concat(parts) : undefined
}
