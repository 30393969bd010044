/**
 * The floor of `live.bench.ts`: a bare server of Bun, whose connections share a topic, and a loop that
 * publishes a text to it whenever a line says how often. `bun bench/bare-publish.ts BYTES`
 */
const text = 'x'.repeat(Number(process.argv[2]))
// As many as an event at a time, and then a look at what the sockets have to say.
const AT_ONCE = 10

const server = Bun.serve<undefined>({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request, server) {
    return server.upgrade(request, { data: undefined }) ? undefined : new Response()
  },
  websocket: {
    message() {},
    open: (socket) => void socket.subscribe('all'),
  },
})
console.log(server.url.href)

for await (const line of console) {
  for (let left = Number(line); left > 0; left -= AT_ONCE) {
    for (let n = 0; n < Math.min(left, AT_ONCE); n += 1) server.publish('all', text)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

export {}
