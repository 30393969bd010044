import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'

export interface ScalarScript {
  gzipped: Uint8Array<ArrayBuffer>
  /** Once for all who cannot read gzip: they share it, however slowly they take it. */
  plain(): Promise<Uint8Array<ArrayBuffer>>
  etag: string
}

interface CapturedRoute {
  url: string
  handler(request: unknown, reply: unknown): unknown
}

let script: Promise<ScalarScript> | undefined

/** Scalar's browser bundle, read on first use: 4 MB that a server nobody asks for docs never holds. */
export function readScalarScript(): Promise<ScalarScript> {
  script ??= prepare()
  return script
}

async function prepare(): Promise<ScalarScript> {
  const source = await standaloneBundle()
  const compressed = await promisify(gzip)(source)
  let plain: Promise<Uint8Array<ArrayBuffer>> | undefined
  return {
    plain() {
      plain ??= promisify(gunzip)(compressed).then((bytes) => new Uint8Array(bytes))
      return plain
    },
    gzipped: new Uint8Array(compressed),
    etag: `"${createHash('sha256').update(source).digest('base64url')}"`,
  }
}

/**
 * This one of Scalar's packages on npm carries the bundle without a hundred dependencies, but as a
 * string inside its module, which it hands out only through a route that it registers with Fastify.
 * So it is given something that looks like Fastify, and asked for that route's answer.
 */
async function standaloneBundle(): Promise<string> {
  const { default: plugin } = await import('@scalar/fastify-api-reference')
  const routes: CapturedRoute[] = []
  const fastify = {
    initialConfig: {},
    hasPlugin: () => false,
    route: (route: CapturedRoute) => routes.push(route),
  }
  plugin(fastify, { routePrefix: '/docs', configuration: { url: '/openapi.json' } }, () => {})

  let sent: unknown
  const reply = {
    header: () => reply,
    send(content: unknown) {
      sent = content
    },
  }
  routes.find(({ url }) => url.endsWith('/scalar.js'))?.handler(undefined, reply)
  if (typeof sent === 'string') return sent
  throw new Error('this version of @scalar/fastify-api-reference registers no route for its script')
}
