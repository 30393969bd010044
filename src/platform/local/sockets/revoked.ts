import type { ServerWebSocket } from 'bun'
import type { Connection, SocketProtocols } from '../../connections'

// They end within five seconds, however many keys there are to be asked for.
const LOOK_MS = 2000

// As a subscription is closed whose key was revoked: 4000 on are a protocol's own (RFC 6455, 7.4.2).
const CLOSE_CODE = 4401
const REASON = 'The key or token no longer holds; connect with another.'

/** Closes connections whose keys hold no longer, of the protocols that can tell. */
export function closeRevoked(
  protocols: SocketProtocols,
  open: ReadonlyMap<string, ServerWebSocket<{ connection: Connection }>>,
): Disposable {
  async function look() {
    const asked = new Map<string, Promise<boolean>>()
    for (const socket of open.values()) {
      const { connection } = socket.data
      const { protocol, principal } = connection
      const { isCurrent } = protocols.find(({ name }) => name === protocol) ?? {}
      if (isCurrent === undefined) continue
      // Many connections of a key are asked for once.
      const name = `${protocol} ${principal.hash} ${principal.keyId} ${principal.expiresAt}`
      const current = asked.get(name) ?? isCurrent(connection)
      asked.set(name, current)
      // While nobody can tell, a connection stays; its messages are refused.
      if (!(await current.catch(() => true))) socket.close(CLOSE_CODE, REASON)
    }
  }

  let isLooking = false
  const timer = setInterval(async () => {
    if (isLooking) return
    isLooking = true
    await look()
    isLooking = false
  }, LOOK_MS)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
