import { createServer } from 'node:net'

// The kernel gives the ports above to whoever connects, or asks for any (ip_local_port_range: from 32768 on Linux, from 49152 elsewhere).
const FIRST = 15_000
const COUNT = 17_000

/**
 * Finds a port of the loopback address that nobody listens at. One that the kernel chooses may be the end of
 * somebody's connection before whoever is told of it listens there.
 */
export async function freePort(): Promise<number> {
  while (true) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}
