import { type JsonText, writtenJson } from '../answers/json'
import type { App, AppDeps } from '../context'
import { rawOperation } from '../raw-operation'
import { laterRoute } from '../route'
import type { z } from '../zod'
import type { OpenApi } from './get-openapi-route'

const route = laterRoute('get', '/openapi.json', async () => {
  return (await import('./get-openapi-route')).route
})

export function getOpenApi(app: App, { options }: AppDeps) {
  let written: JsonText<z.output<typeof OpenApi>> | undefined
  rawOperation(app, route, async (c, reply) => {
    if (options.strangers !== undefined) await c.var.largeDocument()
    written ??= await readDocument()
    return reply.written(c, 200, written)
  })
}

/** Reads what `npm run openapi` made; a test compares it with the routes. */
async function readDocument(): Promise<JsonText<z.output<typeof OpenApi>>> {
  const { default: document } = await import('../../../openapi/openapi.json')
  return writtenJson(JSON.stringify(document))
}
