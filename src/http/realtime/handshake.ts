import type { Member } from '../../platform/connections'
import type { App } from '../context'

/** Asks the app whether a connection may be opened, where somebody else opens it (API Gateway). */
export type Handshake = (
  request: Request,
  ip: string | undefined,
) => Promise<{ member: Member; headers: Record<string, string> } | Response>

/** @returns who is there and what to answer with; or the refusal */
export function handshakeWith(app: App): Handshake {
  return async function handshake(request, ip) {
    let opened: Awaited<ReturnType<Handshake>> | undefined
    const response = await app.fetch(request, {
      ip,
      upgrade(member, headers) {
        opened = { member, headers }
        return true
      },
    })
    return opened ?? response
  }
}
