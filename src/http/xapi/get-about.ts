import type { App, AppDeps } from '../context'
import { jsonReply, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'

const About = z
  .object({ version: z.array(z.string()).openapi({ description: 'Versions that are offered' }) })
  .openapi('XapiAbout')

const route = createRoute({
  method: 'get',
  path: '/xapi/about',
  operationId: 'getXapiAbout',
  tags: ['xAPI'],
  summary: 'Which versions of xAPI are offered',
  description: 'xAPI 1.0.3, Communication, 2.8. Needs no key and no version header.',
  responses: {
    200: jsonReply(About, {
      description: 'About this record store',
      example: { version: ['1.0.3', '2.0.0'] },
    }),
    ...problems(),
  },
})

export function getAbout(app: App, { options }: AppDeps) {
  const { xapiVersions } = options.config
  operation(app, route, {}, (c, { reply }) => reply.json(c, 200, { version: [...xapiVersions] }))
}
