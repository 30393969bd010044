import { readFileSync } from 'node:fs'
import { createServer } from 'node:tls'
import { createGuard } from '../../src/outbound/guard'
import { createSend } from '../../src/webhooks/send'

// A program of its own, since which authorities are trusted is read once, from the environment.
const [keyFile = '', certFile = ''] = process.argv.slice(2)
let heard = 0
const server = createServer(
  { key: readFileSync(keyFile), cert: readFileSync(certFile) },
  (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      heard += 1
      socket.end('HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n')
    })
  },
)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as { port: number }
const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
const send = createSend({ guard: createGuard({ allowPrivate: true, resolve }), timeoutMs: 2000 })

const replies: Record<string, unknown> = {}
for (const host of ['hook.example', '127.0.0.1', 'other.example']) {
  replies[host] = await send(`https://${host}:${port}/`, {}, '{}')
}
process.stdout.write(JSON.stringify({ replies, heard }))
process.exit()
