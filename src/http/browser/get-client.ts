import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { App, AppContext } from '../context'
import { problems, requestIdHeader } from '../openapi'
import { rawOperation } from '../raw-operation'
import { typed } from '../reply'
import { createRoute } from '../route'
import { z } from '../zod'

const route = createRoute({
  method: 'get',
  path: '/client.js',
  operationId: 'getClientScript',
  tags: ['System'],
  summary: 'The client for pages, to be loaded by a script tag',
  description:
    'Needs no key: `<script src="…/client.js" data-key="KEY" data-source="quiz"></script>` makes `nonius`, by which the page sends its events with the key in the tag. Pages of any origin may load it.',
  request: {
    headers: z.object({
      'If-None-Match': z
        .string()
        .optional()
        .openapi({ description: 'Answered 304 when it is still of this ETag' }),
    }),
  },
  responses: {
    200: {
      description: 'A script of some kilobytes that loads nothing else',
      headers: z.object({
        ...requestIdHeader,
        ETag: z.string().openapi({ description: 'Changes with what the script is' }),
        'Cache-Control': z.string().openapi({ description: 'An hour, in whatever cache' }),
      }),
      content: { 'text/javascript': { schema: z.string(), example: '(()=>{…})();' } },
    },
    304: { description: 'It is still of that ETag' },
    ...problems(),
  },
})

// An hour: pages that were open before an upgrade go on with the script that they have.
const CACHE = 'public, max-age=3600'

interface Script {
  plain: Uint8Array<ArrayBuffer>
  gzipped: Uint8Array<ArrayBuffer>
  etag: string
}

/** Serves what `bun tools/client/build.ts` made of packages/client; a test compares the two. */
export function getClientScript(app: App) {
  let read: Promise<Script> | undefined

  rawOperation(app, route, async (c) => {
    read ??= readScript()
    const { plain, gzipped, etag } = await read
    c.header('Access-Control-Allow-Origin', '*')
    c.header('Cross-Origin-Resource-Policy', 'cross-origin')
    c.header('Cache-Control', CACHE)
    c.header('ETag', etag)
    c.header('Vary', 'Accept-Encoding')
    if (isHeld(c, etag)) return typed<304, undefined>(c.body(null, 304))
    c.header('Content-Type', 'text/javascript; charset=utf-8')
    if (!/\bgzip\b/.test(c.req.header('Accept-Encoding') ?? ''))
      return typed<200, never>(c.body(plain))
    c.header('Content-Encoding', 'gzip')
    return typed<200, never>(c.body(gzipped))
  })
}

async function readScript(): Promise<Script> {
  const { default: built } = await import('./client.json')
  const plain = new TextEncoder().encode(built.script)
  const hash = createHash('sha256').update(plain).digest('base64url')
  // It is weak, since what it names is sent with and without compression (RFC 9110, 8.8.1).
  return { plain, gzipped: new Uint8Array(gzipSync(plain)), etag: `W/"${hash}"` }
}

/** RFC 9110, 13.1.2: a list, compared weakly. */
function isHeld(c: AppContext, etag: string): boolean {
  const held = (c.req.header('If-None-Match') ?? '').split(',').map((one) => one.trim())
  return held.some((one) => one === '*' || one === etag || `W/${one}` === etag)
}
