import { readFileSync } from 'node:fs'
import { createServer } from 'node:tls'
import { createGuard } from '../../src/outbound/guard'
import { createIdleConnections } from '../../src/outbound/idle-connections'
import { createSend } from '../../src/webhooks/sending/send'

// A program of its own, since which authorities are trusted is read once, from the environment.
let heard = 0
let met = 0

/** Serves with a key and a certificate, `FOLDER/NAME.key` and `.cert`. @returns its port */
async function serve(folder: string, name: string): Promise<number> {
  const read = (suffix: string) => readFileSync(`${folder}/${name}.${suffix}`)
  const server = createServer({ key: read('key'), cert: read('cert') }, (socket) => {
    met += 1
    socket.on('error', () => {})
    socket.on('data', () => {
      heard += 1
      socket.write('HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n')
    })
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

const [folder = ''] = process.argv.slice(2)
const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
const guard = createGuard({ allowPrivate: true, resolve })
const send = createSend({ guard, timeoutMs: 2000 })

const replies: Record<string, unknown> = {}
const good = await serve(folder, 'good')
for (const host of ['hook.example', 'hook.example.', '127.0.0.1', 'other.example']) {
  replies[host] = await send(`https://${host}:${good}/`, {}, '{}')
}
for (const name of ['expired', 'unknown']) {
  const port = await serve(folder, name)
  replies[name] = await send(`https://hook.example:${port}/`, {}, '{}')
}
const heardOnce = heard

// Over one connection, as long as its name is the same.
met = 0
const again = createSend({ guard, idle: createIdleConnections(), timeoutMs: 2000 })
for (const host of ['hook.example', 'hook.example', 'hook.example', '127.0.0.1']) {
  await again(`https://${host}:${good}/`, {}, '{}')
}
process.stdout.write(JSON.stringify({ replies, heard: heardOnce, again: heard - heardOnce, met }))
process.exit()
