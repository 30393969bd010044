import type { Connection } from '../../platform/connections'
import type { App } from '../context'

/** Asks the app whether a connection may be opened, where somebody else opens it (API Gateway). */
export type Handshake = (
  request: Request,
  ip: string | undefined,
) => Promise<{ connection: Connection; headers: Record<string, string> } | Response>

/** The app's answer is the connection and the headers to open it with; or the refusal. */
export function handshakeWith(app: App): Handshake {
  return async function handshake(request, ip) {
    let opened: Awaited<ReturnType<Handshake>> | undefined
    const response = await app.fetch(request, {
      ip,
      upgrade(connection, headers) {
        opened = { connection, headers }
        return true
      },
    })
    return opened ?? response
  }
}
