import { version } from '../../../package.json'
import { AppError } from '../../error/app-error'
import { readCatalogue } from '../../reducers/kept/catalogue'
import { EXPOSITION, expose } from '../../watch/exposition'
import { familiesOf } from '../../watch/families'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'

const example = `# HELP nonius_items_accepted_total Events and entities that were stored
# TYPE nonius_items_accepted_total counter
nonius_items_accepted_total{tenant="default",source="canvas"} 1200
`

const route = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  tags: ['System'],
  summary: 'Figures for Prometheus',
  description:
    "Scope `metrics:read`. Prometheus' text format 0.0.4, of the process since it began; sources of your tenant are named (of all tenants with the scope `installation`), the first two hundred of the server. On AWS it is 404: the figures are CloudWatch's, in the namespace `Nonius`.",
  ...keyed,
  responses: {
    200: {
      description: 'The figures',
      headers: z.object(requestIdHeader),
      content: { 'text/plain': { schema: z.string(), example } },
    },
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

const ELSEWHERE =
  "There are no metrics here: on AWS they are CloudWatch's, in the namespace `Nonius` (docs/aws.md)."

export function getMetrics(app: App, { platform, options, services }: AppDeps) {
  const admit = keyWith('metrics:read')
  const { startedAt } = services
  const { budget, config, meter } = options

  operation(app, route, { admit }, async (c, { principal, reply }) => {
    if (meter === undefined || platform.gauges === undefined) {
      throw new AppError('not_found', ELSEWHERE)
    }
    const [gauges, { problems: found }] = await Promise.all([platform.gauges(), platform.health()])
    const { reducers } = await readCatalogue(platform.documents)
    const { user, system } = process.cpuUsage()
    const now = {
      ...{ version, startedAt, isReady: found.length === 0 },
      residentBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
      reducers: reducers.map((one) => ({ ...one, isOff: one.offSince !== undefined })),
      budgets: services.budgets
        .nearlySpent()
        .map((one) => ({ ...one, share: one.used / one.limit })),
      requestMemory: { heldBytes: budget?.held() ?? 0, limitBytes: config.requestMemoryBytes },
    }
    const ofTenant = principal.scopes.includes('installation') ? undefined : principal.tenantId
    return reply.plain(c, 200, {
      contentType: EXPOSITION,
      text: expose(familiesOf(meter.read(), gauges, now, ofTenant)),
    })
  })
}
