// This proxy stands between Canvas Live Events, which can set no header, and Nonius: it passes each body
// on byte for byte, compressed and with the key, and answers after Nonius did, with Nonius's answer.
// Node 20 and nothing else: `NONIUS_URL=… NONIUS_KEY=… PROXY_SECRET=… node proxy.mjs`.
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const {
  NONIUS_URL = 'http://localhost:3000',
  NONIUS_KEY,
  PROXY_SECRET,
  PORT = '8080',
} = process.env
if (!NONIUS_KEY || !PROXY_SECRET) throw new Error('Set NONIUS_KEY and PROXY_SECRET')

const PATIENCE_MS = 12_000 // Canvas waits for 15 seconds and then counts an error
const MOST_BYTES = 6 * 1024 * 1024 // what Nonius takes
const RETRY_SECONDS = '60' // Canvas tries four times, over 10 to 20 minutes

const compress = promisify(gzip)
const digest = (text) => createHash('sha256').update(text).digest()
const ours = digest(`/live-events/${PROXY_SECRET}`)

createServer(async (request, response) => {
  if (request.method !== 'POST') return response.writeHead(405, { allow: 'POST' }).end()
  // Compared as digests and in constant time, so that nobody finds the secret by the clock.
  if (!timingSafeEqual(digest(request.url), ours)) return response.writeHead(404).end()
  try {
    const body = await read(request)
    if (body === undefined) return response.writeHead(413).end()
    const reply = await forward(body, request.headers['content-type'])
    const headers = { 'content-type': reply.headers.get('content-type') ?? 'application/json' }
    const wait = reply.headers.get('retry-after')
    if (wait) headers['retry-after'] = wait
    response.writeHead(reply.status, headers).end(await reply.text())
  } catch (error) {
    // No answer is no success: Canvas keeps the event and sends it again.
    console.error(`not passed on: ${error.cause?.message ?? error.message}`)
    if (!response.headersSent) response.writeHead(503, { 'retry-after': RETRY_SECONDS }).end()
  }
}).listen(Number(PORT), function () {
  console.log(`Waiting for Canvas at http://localhost:${this.address().port}/live-events/…`)
})

/** Sends a body as Canvas sent it, signed or not: whether it is an event is for Nonius to say. */
async function forward(body, contentType = 'application/json') {
  return await fetch(`${NONIUS_URL}/caliper/in/${NONIUS_KEY}`, {
    method: 'POST',
    headers: { 'content-type': contentType, 'content-encoding': 'gzip' },
    body: await compress(body),
    redirect: 'manual', // the key is in the address, and goes nowhere else
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
}

/** The bytes of a body, or nothing when there are too many. @throws when the sender goes away */
async function read(request) {
  const parts = []
  let bytes = 0
  for await (const part of request) {
    bytes += part.length
    if (bytes <= MOST_BYTES) parts.push(part)
  }
  return bytes <= MOST_BYTES ? Buffer.concat(parts) : undefined
}
