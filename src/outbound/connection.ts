import type { Socket } from 'node:net'

/** Whoever uses a connection is told what comes over it. */
interface User {
  data(bytes: Buffer): void
  /** Nothing comes any more. @param error where there was one */
  over(error?: Error): void
}

/**
 * A connection is open, and verified if it is secure. It has one user at a time; while it has none,
 * whatever comes closes it, since nobody asked for that.
 */
export interface Connection {
  /** The address at its other end. */
  readonly address: string | undefined
  isOpen(): boolean
  /** @param next is told at once if it is closed already */
  use(next: User): void
  write(head: string, body?: Uint8Array): void
  /** Tells whether all that was written has gone out. */
  isWritten(): boolean
  /** Nobody uses it. It does not keep the process alive. */
  rest(): void
  close(): void
}

// A body that is not longer is copied behind its head, and goes out with it.
const SMALL_BYTES = 64 * 1024

/**
 * Makes a connection of a socket. Its listeners stay while users change: to take one off a socket and put
 * another on stops and starts its reading, which costs more than all the rest of a small call.
 */
export function createConnection(socket: Socket): Connection {
  let user: User | undefined

  function over(error?: Error) {
    const told = user
    user = undefined
    told?.over(error)
    if (told === undefined) socket.destroy()
  }

  socket.setNoDelay(true)
  socket.on('error', over)
  socket.on('data', (bytes: Buffer) => {
    if (user === undefined) socket.destroy()
    else user.data(bytes)
  })
  // The other side has ended its answer: missing bytes do not come any more.
  socket.on('end', () => over())
  socket.on('close', () => over())

  const isOpen = () => socket.writable && socket.readable && !socket.destroyed

  return {
    address: socket.remoteAddress,
    isOpen,
    use(next) {
      socket.ref()
      user = next
      if (!isOpen()) over()
    },
    write(head, body) {
      if (body === undefined) socket.write(head)
      else if (body.length <= SMALL_BYTES) socket.write(joined(head, body))
      else {
        socket.write(head)
        socket.write(body)
      }
    },
    isWritten: () => socket.writableLength === 0,
    rest() {
      user = undefined
      socket.unref()
    },
    close() {
      user = undefined
      socket.destroy()
    },
  }
}

function joined(head: string, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(Buffer.byteLength(head) + body.length)
  bytes.set(body, bytes.write(head))
  return bytes
}
