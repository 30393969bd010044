import { OpenAPIHono } from '@hono/zod-openapi'
import type { App } from '../src/http/context'
import { routesOf } from '../src/http/raw-operation'
import { describeConditions } from './condition-schemas'
import { describeEventTypes } from './event-schemas'
import { examples, examplesOf } from './named-examples'
import { describeWebhookMessage, webhooks } from './webhook-message'

const description = `Nonius takes learning events (Caliper, native), keeps them durably and once, and hands
them on: over HTTP, to webhooks, to Parquet.

**Keys.** Send \`Authorization: Bearer KEY\`; the key alone is taken too, because several Caliper
sensors send it so. A key belongs to a tenant and has scopes.

**Bodies** may be compressed: \`Content-Encoding: gzip\` or \`deflate\`.

**Errors** are problem documents (RFC 9457) with a stable \`code\` and, where one value is to blame,
its path in \`errors\`. Every reply has an \`X-Request-Id\`: yours, when you send one of up to 128 letters,
digits and \`. _ -\`, otherwise one of ours.`

const tags = [
  { name: 'Caliper', description: '1EdTech Caliper Analytics 1.2' },
  { name: 'xAPI', description: 'A Learning Record Store: xAPI 1.0.3 and 2.0 (IEEE 9274.1.1)' },
  { name: 'Native', description: 'Events without a standard' },
  { name: 'Analytics', description: 'Reading events back' },
  { name: 'Reducers', description: 'What learners have come to, from one event to the next' },
  { name: 'Webhooks', description: 'Being told of events' },
  { name: 'Sources', description: 'What sends, how strictly it is read, and how well it does' },
  { name: 'Keys', description: 'Who may do what, until when' },
  {
    name: 'Privacy',
    description: 'What is kept of people: consents, access, erasure and proof of it',
  },
  { name: 'Tenants', description: 'Settings of all that belongs to one organisation' },
  { name: 'Policies', description: 'What becomes of events, before any of them is stored' },
  { name: 'System', description: 'The service itself' },
]

const key = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A key of a source. `Authorization: KEY`, without the scheme, `Token KEY`, `Basic` with the key as password, and `X-API-Key: KEY` are taken too.',
} as const

/** Makes the OpenAPI document of every route of some apps. */
export async function openApiDocument(apps: readonly App[]) {
  const generator = new OpenAPIHono()
  const registry = generator.openAPIRegistry
  registry.registerComponent('securitySchemes', 'key', key)
  describeEventTypes(registry)
  describeWebhookMessage(registry)
  describeConditions(registry)
  for (const app of apps) for (const route of await routesOf(app)) registry.registerPath(route)
  const document = generator.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Nonius',
      // This is the version of the interface: raised when a documented request or reply changes its meaning.
      version: '0.1.0',
      description,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    // Relative to the document, which a proxy may serve under a path.
    servers: [{ url: '.', description: 'This server' }],
    tags,
  })
  return withExamples({ ...document, webhooks })
}

interface Body {
  content?: Record<string, { schema: unknown; example?: unknown }>
}

type Operations = Record<string, Record<string, { operationId: string; requestBody?: Body }>>

/** Refers to the named examples where an operation takes events, in place of its one. */
function withExamples<D extends { paths?: unknown; components?: object }>(document: D) {
  for (const methods of Object.values(document.paths as Operations)) {
    for (const { operationId, requestBody } of Object.values(methods)) {
      const names = Object.keys(examplesOf[operationId] ?? {})
      const media = requestBody?.content?.['application/json']
      if (names.length === 0 || media === undefined) continue
      const refs = names.map((name) => [name, { $ref: `#/components/examples/${name}` }])
      requestBody!.content!['application/json'] = {
        schema: media.schema,
        ...{ examples: Object.fromEntries(refs) },
      }
    }
  }
  return { ...document, components: { ...document.components, examples } }
}
