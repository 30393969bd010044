import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { LambdaFunctionURLEvent } from 'aws-lambda'
import { edgeFunction, fromDoor, streamPaths } from '../../src/platform/aws/deployed/door-headers'
import { doorWith, isRefusal } from '../../src/platform/aws/lambda/door'
import { type CloudFront, startCloudFront } from '../../tools/aws-local/cloudfront'
import { type FunctionUrl, startFunctionUrl } from '../../tools/aws-local/function-url'
import type { LocalFunction } from '../../tools/aws-local/local-function'

const SECRET = 'drawn-with-the-first-deployment-and-known-to-two'

/** A function that answers what it was told of a request, behind the door; `calls` counts what came in. */
function echo() {
  const enter = doorWith(SECRET)
  let calls = 0
  const target = {
    spec: {},
    async invokeRaw(given: LambdaFunctionURLEvent) {
      const event = enter(given)
      if (isRefusal(event)) return { kind: 'returned', payload: Buffer.from(JSON.stringify(event)) }
      calls += 1
      const { headers, requestContext, rawPath, body, isBase64Encoded } = event
      const { domainName, http } = requestContext
      const seen = { headers, domainName, ip: http.sourceIp, rawPath, body, isBase64Encoded }
      const reply = { statusCode: 200, headers: {}, body: JSON.stringify(seen) }
      return { kind: 'returned', payload: Buffer.from(JSON.stringify(reply)) }
    },
  } as unknown as LocalFunction
  return { target, calls: () => calls }
}

const [api, stream] = [echo(), echo()]
let urls: { api: FunctionUrl; stream: FunctionUrl }
const opened = new AsyncDisposableStack()

beforeAll(async () => {
  urls = {
    api: opened.use(await startFunctionUrl(() => api.target)),
    stream: opened.use(await startFunctionUrl(() => stream.target)),
  }
})
afterAll(() => opened[Symbol.asyncDispose]())

/** The distribution as `infra/door.ts` declares it. */
async function aDoor({ isPrivate = false, secret = SECRET } = {}): Promise<CloudFront> {
  const customHeaders = [{ name: fromDoor.secret, value: secret }]
  const behaviour = (targetOriginId: string, functionArn: string) => ({
    targetOriginId,
    functionAssociations: [{ functionArn }],
  })
  const streaming = behaviour('stream', isPrivate ? 'signed' : 'plain')
  return opened.use(
    await startCloudFront({
      distribution: {
        origins: [
          { originId: 'api', customHeaders },
          { originId: 'stream', customHeaders, ...(isPrivate && { originAccessControlId: 'a' }) },
        ],
        defaultCacheBehavior: behaviour('api', 'plain'),
        orderedCacheBehaviors: streamPaths.map((pathPattern) => ({ pathPattern, ...streaming })),
      },
      edgeFunctions: new Map([
        ['plain', edgeFunction({ isSigned: false })],
        ['signed', edgeFunction({ isSigned: true })],
      ]),
      originOf: (id) => urls[id as 'api' | 'stream'].url,
      viewerIp: '203.0.113.7',
    }),
  )
}

type Seen = { headers: Record<string, string>; domainName: string; ip: string; body: string }
const ask = async (url: string, init?: RequestInit) =>
  (await fetch(url, init)).json() as Promise<Seen>

// Whatever a sender writes there, the door says something else, or nothing.
const forged = {
  [fromDoor.address]: '198.51.100.1',
  [fromDoor.host]: 'evil.example',
  [fromDoor.key]: 'Bearer another',
  [fromDoor.secret]: 'guessed',
  'X-Forwarded-For': '198.51.100.2',
}

describe('The door', () => {
  it('hands requests on as if they had come without it', async () => {
    const door = await aDoor()
    const headers = { Authorization: 'Bearer key', Host: 'events.example.edu', ...forged }
    const seen = await ask(`${door.url}/caliper/v1p2/events`, {
      method: 'POST',
      headers,
      body: 'é',
    })
    expect(seen).toMatchObject({
      ip: '203.0.113.7',
      domainName: 'events.example.edu',
      body: expect.any(String),
    })
    expect(seen.headers).toMatchObject({ host: 'events.example.edu', authorization: 'Bearer key' })
    for (const name of Object.values(fromDoor)) expect(seen.headers).not.toHaveProperty(name)
  })

  for (const isPrivate of [false, true]) {
    it(`leads streams to who streams, with the key that came${isPrivate ? ', also where it is signed' : ''}`, async () => {
      const door = await aDoor({ isPrivate })
      const headers = { Authorization: 'Bearer key', ...forged }
      for (const path of [
        '/api/v1/events/stream?a=b',
        '/api/v1/reducers/x/stream',
        '/events/stream',
      ]) {
        const before = stream.calls()
        const seen = await ask(door.url + path, { headers })
        expect(stream.calls()).toBe(before + 1)
        expect([seen.ip, seen.headers.authorization]).toEqual(['203.0.113.7', 'Bearer key'])
      }
      const { headers: without } = await ask(`${door.url}/analytics/stream`, { headers: forged })
      expect(without).not.toHaveProperty('authorization')
    })
  }

  it('is the only way in: whoever calls a function itself is refused, whatever they say', async () => {
    const near = [SECRET.toUpperCase(), SECRET.slice(0, -1), '', 'x'.repeat(10_000)]
    const before = api.calls() + stream.calls()
    for (const secret of [undefined, ...near]) {
      for (const { url } of [urls.api, urls.stream]) {
        const { [fromDoor.secret]: _, ...others } = forged
        const headers = { ...others, ...(secret !== undefined && { [fromDoor.secret]: secret }) }
        const response = await fetch(`${url}/health`, { headers })
        expect(response.status).toBe(403)
        expect(await response.json()).toMatchObject({
          status: 403,
          detail: expect.stringContaining('address'),
        })
      }
    }
    const closed = await aDoor({ secret: 'another' })
    expect((await fetch(closed.url)).status).toBe(403)
    expect(api.calls() + stream.calls()).toBe(before)
  })

  it('is not believed where there is none', () => {
    const event = { headers: forged, requestContext: { http: { sourceIp: '192.0.2.1' } } } as never
    for (const none of [undefined, '']) expect(doorWith(none)(event)).toBe(event)
  })
})
