import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

interface Behaviour {
  targetOriginId: string
  functionAssociations: { functionArn: string }[]
}

/** A distribution of the graph, as far as a request meets it. */
export interface DistributionInputs {
  origins: {
    originId: string
    customHeaders?: { name: string; value: string }[]
    originAccessControlId?: string
  }[]
  defaultCacheBehavior: Behaviour
  orderedCacheBehaviors?: (Behaviour & { pathPattern: string })[]
}

export interface CloudFrontOptions {
  distribution: DistributionInputs
  /** Has the source of each function that runs at the edge, by its ARN. */
  edgeFunctions: ReadonlyMap<string, string>
  /** Tells where an origin is on this machine, `http://127.0.0.1:…`. */
  originOf(originId: string): string
  port?: number
  /** The sender's address; by default, that of the connection. */
  viewerIp?: string | undefined
}

export interface CloudFront extends AsyncDisposable {
  /** The URL is `http://127.0.0.1:…`. */
  url: string
}

type EdgeHeaders = Record<string, { value: string }>
type EdgeFunction = (event: object) => { headers: EdgeHeaders }

/**
 * Stands for a distribution of CloudFront that stores nothing: it finds the behaviour of a path, runs its function,
 * writes the origin's own headers over all others, and hands the answer on as it comes.
 */
export async function startCloudFront(options: CloudFrontOptions): Promise<CloudFront> {
  const { distribution, edgeFunctions, originOf, port = 0, viewerIp } = options
  const compiled = new Map<string, EdgeFunction>()

  function edgeOf({ functionAssociations }: Behaviour): EdgeFunction {
    const [{ functionArn } = { functionArn: '' }] = functionAssociations
    const known = compiled.get(functionArn)
    if (known) return known
    const source = edgeFunctions.get(functionArn)
    if (source === undefined) throw new Error(`the graph has no function ${functionArn}`)
    const made = new Function(`${source}\nreturn handler`)() as EdgeFunction
    compiled.set(functionArn, made)
    return made
  }

  function behaviourOf(path: string): Behaviour {
    const { orderedCacheBehaviors: ordered = [], defaultCacheBehavior } = distribution
    return ordered.find(({ pathPattern }) => like(pathPattern, path)) ?? defaultCacheBehavior
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { method = 'GET', url = '/', socket } = request
    const [uri = '/', querystring = ''] = url.split('?')
    const behaviour = behaviourOf(uri)
    const ip = viewerIp ?? socket.remoteAddress ?? '127.0.0.1'
    const viewer = { method, uri, querystring, headers: edgeHeaders(request.headers) }
    const { headers } = edgeOf(behaviour)({ viewer: { ip }, request: viewer })
    const origin = distribution.origins.find((one) => one.originId === behaviour.targetOriginId)!
    const target = new URL(originOf(origin.originId))
    const sent: Record<string, string> = Object.fromEntries(
      Object.entries(headers).map(([name, { value }]) => [name, value]),
    )
    for (const { name, value } of origin.customHeaders ?? []) sent[name.toLowerCase()] = value
    if (origin.originAccessControlId) sent.authorization = 'AWS4-HMAC-SHA256 Credential=cloudfront'
    sent.host = target.host
    sent['x-forwarded-for'] = [sent['x-forwarded-for'], ip].filter(Boolean).join(', ')
    const upstream = await new Promise<IncomingMessage>((resolve, reject) => {
      const { hostname, port: at } = target
      const asked = httpRequest({ hostname, port: at, method, path: url, headers: sent }, resolve)
      asked.once('error', reject)
      response.once('close', () => asked.destroy())
      request.pipe(asked)
    })
    response.writeHead(upstream.statusCode ?? 502, upstream.headers)
    response.flushHeaders()
    await pipeline(upstream, response)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (response.headersSent) response.destroy()
      else response.writeHead(502).end()
    })
  })
  server.listen(port, '127.0.0.1')
  await new Promise((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', reject)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

// A function at the edge is not shown these ("Restrictions on all edge functions").
const HIDDEN = new Set(['connection', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade'])

function edgeHeaders(headers: IncomingHttpHeaders): EdgeHeaders {
  const shown = Object.entries(headers).filter(([name]) => !HIDDEN.has(name))
  return Object.fromEntries(shown.map(([name, value]) => [name, { value: String(value) }]))
}

/** Matches a path pattern, in which `*` stands for any text and `?` for one character. */
function like(pattern: string, path: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(path)
}
