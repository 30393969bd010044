import { AppError } from '../../error/app-error'
import { publishName, publishPath } from '../../realtime/publish-address'
import { requireScope } from '../authenticate'
import type { App } from '../context'
import { inHandshake, subprotocolHeaders } from '../credentials'
import { rawOperation } from '../raw-operation'
import { optOutIn, serverFacts } from '../receive'
import { laterRoute } from '../route'
import { handedOver } from './handed-over'

const route = laterRoute('get', publishPath, async () => {
  return (await import('./open-publish-route')).route
})

/** Answers the handshake. What follows it is `realtime/publish.ts`. */
export function openPublish(app: App) {
  rawOperation(app, route, async (c) => {
    const principal = await requireScope(c, 'events:write', inHandshake)
    const { ip, userAgent } = serverFacts(c, principal.keyId)
    const optOut = optOutIn(c)
    const connection = { protocol: publishName, principal, ip, userAgent, optOut }
    if (c.env.upgrade?.(connection, subprotocolHeaders(c))) return handedOver()
    throw new AppError('upgrade_required', 'Open a WebSocket here: `Upgrade: websocket`.')
  })
}
