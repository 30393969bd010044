import { version } from '../../../package.json'
import type { App, AppDeps } from '../context'
import { problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { homePage } from './home-page'

const Running = z
  .object({
    name: z.literal('Nonius'),
    version: z.string(),
    status: z.literal('running'),
    startedAt: z.iso
      .datetime()
      .optional()
      .openapi({ description: 'Left out on AWS, where no process lives for long' }),
  })
  .openapi('Running')

const example = {
  ...{ name: 'Nonius' as const, version: '0.1.0', status: 'running' as const },
  startedAt: '2026-11-21T09:30:00.000Z',
}

const route = createRoute({
  method: 'get',
  path: '/',
  operationId: 'getHome',
  tags: ['System'],
  summary: 'That this runs, since when, and where to go next',
  description:
    'A page for people; JSON for who asks for `application/json`. With a key that may read sources (scope `admin`), the page shows what came in the last hour. It loads nothing from anywhere else.',
  responses: {
    200: {
      description: 'It runs',
      headers: z.object(requestIdHeader),
      content: {
        'text/html': { schema: z.string(), example: '<!doctype html>…' },
        'application/json': { schema: Running, example },
      },
    },
    ...problems(),
  },
})

export function getHome(app: App, { platform, services }: AppDeps) {
  const isOneProcess = platform.gauges !== undefined
  const startedAt = isOneProcess ? services.startedAt.toISOString() : undefined

  operation(app, route, {}, (c, { reply }) => {
    c.header('Vary', 'Accept')
    if (wantsJson(c.req.header('Accept'))) {
      return reply.json(c, 200, { ...example, version, startedAt })
    }
    const { html, policy } = homePage({ version, startedAt })
    c.header('Content-Security-Policy', policy)
    return reply.html(c, 200, html)
  })
}

/** Tells whether JSON is named and a page is not: a browser names pages, and most tools nothing. */
function wantsJson(accept = ''): boolean {
  return accept.includes('application/json') && !accept.includes('text/html')
}
