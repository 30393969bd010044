import { html } from 'hono/html'
import { requireKey } from '../authenticate'
import type { App, AppContext, AppDeps } from '../context'
import { linkTo, relativeLink } from '../links'
import { problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { docsWithKey } from './docs-with-key'
import { scalarPolicy } from './page-policy'
import { readScalarScript } from './scalar'

// Everything Scalar could fetch from its makers is off: fonts, telemetry, its request proxy, its
// agent and MCP generator, and the developer tools that publish the document.
const configuration = {
  withDefaultFonts: false,
  telemetry: false,
  proxyUrl: '',
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  hideClientButton: true,
  defaultOpenAllTags: true,
  authentication: { preferredSecurityScheme: 'key' },
}

// The page may run its own script and talk to this server.
const policy = scalarPolicy("'self'")

// Scalar resolves a relative server by the host, not by the document as OpenAPI does, so it is given the
// path, which a proxy may have named.
function linksOf(c: AppContext) {
  const url = linkTo(c, '/').replace(/(?<=.)\/$/, '')
  return { url: relativeLink(c, '/openapi.json'), servers: [{ url }] }
}

// Links are relative, so that the page works under whatever path a proxy gives it.
const pageOf = (c: AppContext) =>
  String(html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Nonius API</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <noscript>This page needs JavaScript; the document itself is <a href="${relativeLink(c, '/openapi.json')}">here</a>.</noscript>
    <script id="api-reference" data-configuration="${JSON.stringify({ ...linksOf(c), ...configuration })}"></script>
    <script src="${relativeLink(c, '/docs/scalar.js')}"></script>
  </body>
</html>`)

const route = createRoute({
  method: 'get',
  path: '/docs',
  operationId: 'getDocs',
  tags: ['System'],
  summary: 'This document, to read and to try',
  responses: {
    200: {
      description:
        'A page that loads nothing from anywhere else. On AWS it asks for a key before it loads the rest, a megabyte',
      headers: z.object(requestIdHeader),
      content: { 'text/html': { schema: z.string(), example: '<!doctype html>…' } },
    },
    ...problems(),
  },
})

// A day: it changes with an upgrade only, and then its ETag does too.
const CACHE = 'max-age=86400'

export function getDocs(app: App, { options }: AppDeps) {
  const isForKeys = options.strangers !== undefined

  operation(app, route, {}, (c, { reply }) => {
    if (!isForKeys) {
      c.header('Content-Security-Policy', policy)
      return reply.html(c, 200, pageOf(c))
    }
    const { url: document, servers } = linksOf(c)
    const script = relativeLink(c, '/docs/scalar.js')
    const own = docsWithKey({ document, script, configuration: { servers, ...configuration } })
    c.header('Content-Security-Policy', own.policy)
    return reply.html(c, 200, own.page)
  })

  app.get('/docs/scalar.js', async (c) => {
    if (isForKeys) await requireKey(c)
    const script = await readScalarScript()
    const { gzipped, etag } = script
    c.header('Cache-Control', `${isForKeys ? 'private' : 'public'}, ${CACHE}`)
    c.header('ETag', etag)
    if (c.req.header('If-None-Match') === etag) return c.body(null, 304)
    c.header('Content-Type', 'text/javascript; charset=utf-8')
    c.header('Vary', 'Accept-Encoding')
    if (!/\bgzip\b/.test(c.req.header('Accept-Encoding') ?? '')) return c.body(await script.plain())
    c.header('Content-Encoding', 'gzip')
    return c.body(gzipped)
  })
}
