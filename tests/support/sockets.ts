/** The client's end of a WebSocket, as a test wants it. */
export interface TestSocket extends AsyncDisposable {
  send(message: string | Uint8Array): void
  /** The next message, or the one that came and was not asked for yet. */
  next(): Promise<string>
  /** Resolves when it is closed. */
  closed: Promise<{ code: number; reason: string }>
  protocol: string
}

/** @throws when the connection is refused */
export async function openSocket(
  url: string | URL,
  options?: Bun.WebSocketOptions,
): Promise<TestSocket> {
  const socket = new WebSocket(url, options)
  const came: string[] = []
  const waiting: ((message: string) => void)[] = []
  socket.addEventListener('message', ({ data }) => {
    const tell = waiting.shift()
    if (tell) tell(data)
    else came.push(data)
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }))
  })
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', () => reject(new Error('the connection was refused')))
  })
  return {
    closed,
    protocol: socket.protocol,
    send: (message) => socket.send(message),
    async next() {
      const message = came.shift()
      return message ?? new Promise((resolve) => waiting.push(resolve))
    },
    async [Symbol.asyncDispose]() {
      socket.close()
      await closed
    },
  }
}
