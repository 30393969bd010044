/**
 * A receiver of webhooks in a process of its own. It answers 204 at once, and prints its URL. Asked with
 * GET it says how many requests came; at `/times`, when the first byte of each event's message did, in
 * milliseconds since the epoch.
 *
 *     bun bench/webhook-receiver.ts
 */
let came = 0
const times: Record<string, number> = {}
const isTold = process.argv.includes('--times')

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    if (request.method === 'GET') {
      const { pathname } = new URL(request.url)
      return pathname === '/times' ? Response.json(times) : new Response(String(came))
    }
    const at = performance.timeOrigin + performance.now()
    const text = await request.text()
    came += 1
    if (isTold) for (const { id } of JSON.parse(text).data) times[id] ??= at
    return new Response(null, { status: 204 })
  },
})
console.log(server.url.href)
