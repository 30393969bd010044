import type { App } from '../context'
import { rawOperation } from '../raw-operation'
import { laterRoute } from '../route'

const route = laterRoute('get', '/health', async () => {
  return (await import('./get-health-route')).route
})

export function getHealth(app: App) {
  rawOperation(app, route, (c, reply) => reply.json(c, 200, { status: 'ok' }))
}
