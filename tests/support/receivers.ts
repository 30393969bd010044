import { createServer, type Socket } from 'node:net'
import { type Answers, type Receiver, receivers } from './receivers-list'

/** A receiver of the list that is being met. */
export interface OpenReceiver extends Answers {
  name: string
  url: string
  isDeaf: boolean
  /** Connections that are open now. */
  open(): number
  /** Connections in all. */
  met(): number
  /** Bytes that its connections have passed on to the system, which itself buffers some megabytes. */
  sent(): number
}

/** Every receiver of the list on a port of its own. Uses nothing that Node lacks. */
export async function openReceivers(): Promise<OpenReceiver[] & AsyncDisposable> {
  const opened = await Promise.all(receivers.map(open))
  return Object.assign(
    opened.map(({ receiver }) => receiver),
    {
      async [Symbol.asyncDispose]() {
        for (const { close } of opened) close()
      },
    },
  )
}

async function open({ name, scheme, isDeaf, meet, post, get }: Receiver) {
  const sockets = new Set<Socket>()
  let met = 0
  let sent = 0
  const sentBy = (socket: Socket) => socket.bytesWritten - socket.writableLength
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    met += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('end', () => socket.destroy()) // the caller has gone
    socket.once('close', () => {
      sockets.delete(socket)
      sent += sentBy(socket)
    })
    meet(socket)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as { port: number }
  const receiver: OpenReceiver = {
    ...{ name, isDeaf: isDeaf === true, post, get },
    url: `${scheme ?? 'http'}://127.0.0.1:${port}/hook`,
    open: () => sockets.size,
    met: () => met,
    sent: () => [...sockets].reduce((sum, socket) => sum + sentBy(socket), sent),
  }
  return {
    receiver,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
