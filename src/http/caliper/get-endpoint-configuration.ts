import { requireKey } from '../authenticate'
import type { App, AppDeps } from '../context'
import { rawOperation } from '../raw-operation'
import { laterRoute } from '../route'
import { configurationFor } from './endpoint-configuration'

const route = laterRoute('get', '/caliper/v1p2/events', async () => {
  return (await import('./get-endpoint-configuration-route')).route
})

export function getEndpointConfiguration(app: App, { options }: AppDeps) {
  const configuration = configurationFor(options.config.maxBodyBytes)
  rawOperation(app, route, async (c, reply) => {
    await requireKey(c)
    return reply.json(c, 200, configuration)
  })
}
