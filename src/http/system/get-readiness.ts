import { AppError } from '../../error/app-error'
import { NEARLY_FULL } from '../../quarantine/bound'
import type { App, AppDeps } from '../context'
import { rawOperation } from '../raw-operation'
import { laterRoute } from '../route'

const route = laterRoute('get', '/ready', async () => {
  return (await import('./get-readiness-route')).route
})

export function getReadiness(app: App, { platform, options, services }: AppDeps) {
  const { quarantineMaxItems: maxItems, quarantineMaxBytes: maxBytes } = options.config

  rawOperation(app, route, async (c, reply) => {
    const { problems, notices = [], archive } = await platform.health()
    if (problems.length > 0) {
      const errors = problems.map((message) => ({ path: [], message, code: 'not_ready' }))
      throw new AppError('not_ready', problems.join('; '), { errors })
    }
    c.header('Cache-Control', 'no-store')
    // A source that fills its quarantine is no reason to send the others elsewhere.
    const nearlyFull = await platform.quarantine.countCrowded({ maxItems, maxBytes }, NEARLY_FULL)
    const feed = platform.changes?.lag()
    const quarantine = { nearlyFull }
    const spent = services.budgets.nearlySpent().length
    const told =
      spent === 0 ? [] : [`Budgets are spent to 80 % or more: ${spent}. GET /budgets tells which.`]
    const seen = { feed, archive, notices: [...notices, ...told], quarantine }
    return reply.json(c, 200, { status: 'ready', ...seen })
  })
}
