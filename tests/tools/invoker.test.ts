import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { LambdaFunctionURLEvent } from 'aws-lambda'
import { administeredElsewhere } from '../../src/platform/aws/lambda/administered'
import { doorWith } from '../../src/platform/aws/lambda/door'
import { createInvoke, lambdaEndpoint, ownCredentials } from '../../src/platform/aws/lambda/invoke'
import { silentLog as log } from '../../src/telemetry/log'
import { accessOf } from '../../tools/aws-local/iam/access'
import { readSigned } from '../../tools/aws-local/iam/signed-request'
import { type Invoker, startInvoker } from '../../tools/aws-local/invoker'
import type { LocalFunction } from '../../tools/aws-local/local-function'
import { urlEvent } from '../../tools/aws-local/url-event'

const credentials = { accessKeyId: 'who', secretAccessKey: 'secret', sessionToken: 'a token' }
const now = () => new Date('2026-11-30T08:00:00Z')

let invoker: Invoker
beforeAll(async () => {
  invoker = await startInvoker((name) => {
    if (name !== 'administer') throw new Error(`no function ${name}`)
    const invoke = async (event: unknown) => {
      const { fails } = event as { fails?: boolean }
      return fails
        ? ({ kind: 'failed', errorType: 'Error', errorMessage: 'it broke' } as const)
        : ({ kind: 'returned', payload: { statusCode: 201, was: event } } as const)
    }
    return { invoke } as unknown as LocalFunction
  })
})
afterAll(() => invoker[Symbol.asyncDispose]())

const invokeOf = (functionName: string, endpoint = invoker.url, timeOutMs = 5000) =>
  createInvoke({
    ...{ functionName, endpoint, timeOutMs, now, region: 'eu-central-1' },
    credentials: () => credentials,
  })

describe('A function that calls another', () => {
  it('has what that returned', async () => {
    const event = { rawPath: '/keys', body: 'é' }
    expect(await invokeOf('administer')<object>(event)).toEqual({ statusCode: 201, was: event })
  })

  for (const [what, call] of [
    ['the other fails', () => invokeOf('administer')({ fails: true })],
    ['there is no such function', () => invokeOf('other')({})],
    ['nobody answers', () => invokeOf('administer', 'http://127.0.0.1:9')({})],
  ] as const) {
    it(`is told when ${what}`, async () => {
      const error = await call().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ name: 'StorageError', isRetriable: true })
    })
  }

  it('gives up in time', async () => {
    using silent = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Promise(() => {}) })
    const endpoint = `http://127.0.0.1:${silent.port}`
    await expect(invokeOf('administer', endpoint, 50)({})).rejects.toThrow('calling administer')
  })

  it('signs in its own name, for the permission to call that one', async () => {
    let signed: ReturnType<typeof readSigned>
    using server = Bun.serve({
      ...{ port: 0, hostname: '127.0.0.1' },
      fetch({ method, url, headers }) {
        const sent = Object.fromEntries(headers)
        signed = readSigned(method, new URL(url).pathname, sent, Buffer.from(''))
        return Response.json({})
      },
    })
    await invokeOf('administer', `http://127.0.0.1:${server.port}`)({ a: 1 })
    expect(signed?.accessKeyId).toBe('who')
    expect(signed?.headers['x-amz-security-token']).toBe('a token')
    expect(signed?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=who\/20261130\/eu-central-1\/lambda\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
    )
    expect(accessOf(signed!, { region: 'eu-central-1', accountId: '1' })).toEqual([
      {
        action: 'lambda:InvokeFunction',
        resource: 'arn:aws:lambda:eu-central-1:1:function:administer',
      },
    ])
  })

  it('finds Lambda and its own credentials in its environment', () => {
    expect(lambdaEndpoint({ AWS_REGION: 'eu-west-1' })).toBe(
      'https://lambda.eu-west-1.amazonaws.com',
    )
    expect(lambdaEndpoint({ AWS_REGION: 'cn-north-1' })).toEndWith('.amazonaws.com.cn')
    expect(lambdaEndpoint({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' })).toBe('http://127.0.0.1:1')
    expect(ownCredentials({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' })).toEqual({
      ...{ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: undefined },
    })
  })
})

describe('A request that changes keys', () => {
  const event = urlEvent({
    ...{ method: 'POST', target: '/keys', headers: {}, body: Buffer.from('{}') },
    ...{ sourceIp: '203.0.113.7', at: now() },
  })!
  const reply = (body: string) => ({ statusCode: 201, headers: {}, body, isBase64Encoded: false })
  const handlerWith = (administer: (event: LambdaFunctionURLEvent) => Promise<never>) =>
    administeredElsewhere({
      handler: async () => reply('here'),
      isAdministration: (method, path) => method === 'POST' && path === '/keys',
      ...{ administer, log, enter: doorWith(undefined) },
    })

  it('is handed on as it came, and others are not', async () => {
    const given: unknown[] = []
    const handle = handlerWith(async (one) => {
      given.push(one)
      return reply('there') as never
    })
    expect((await handle(event, {} as never)).body).toBe('there')
    expect(given).toEqual([event])
    const other = { ...event, rawPath: '/events' }
    expect((await handle(other, {} as never)).body).toBe('here')
  })

  it('is answered as unavailable when it cannot be made', async () => {
    const handle = handlerWith(async () => {
      throw new Error('throttled')
    })
    const { statusCode, headers, body } = await handle(event, {} as never)
    expect([statusCode, headers]).toMatchObject([
      503,
      { 'content-type': 'application/problem+json' },
    ])
    expect(JSON.parse(body)).toMatchObject({
      status: 503,
      requestId: event.requestContext.requestId,
    })
    expect(body).not.toContain('throttled')
  })
})
