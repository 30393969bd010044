import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { usualScopes } from '../../src/access/keys/key'
import type { ErrorCode } from '../../src/error/codes'
import { errorCodes } from '../../src/error/codes'
import { type Scope, scopes } from '../../src/identity/scope'
import { startTestApp, type TestApp } from './app'
import { notOnAws, type Reason } from './not-on-aws'

type Body = NonNullable<RequestInit['body']>

/** A route, and what it owes to those who call it wrongly. */
export interface Owed {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  /** Absent: any key will do. */
  scope?: Scope
  /** What a key without the scope is answered; 403 unless the standard asks for something else. */
  refusal?: 'forbidden' | 'insufficient_scope'
  /** A method that the address does not take. */
  otherMethod: string
  /** A body that would be taken, when the route takes one. */
  body?: { type: string; text: string }
  /** Why a deployment does not answer to a body that is taken. */
  unanswered?: Reason
  /** Puts there what the path names. */
  prepare?: (app: TestApp) => Promise<void>
}

export interface ProblemDocument {
  type: string
  title: string
  status: number
  detail: string
  code: ErrorCode
  requestId: string
  errors: { path: (string | number)[]; message: string; code: string }[]
  quarantineId?: string
}

/** Reads a problem document and checks everything that all of them have. */
export async function problemOf(response: Response, code: ErrorCode): Promise<ProblemDocument> {
  const problem = (await response.json()) as ProblemDocument
  expect(problem).toMatchObject({ ...errorCodes[code], code, type: `urn:nonius:error:${code}` })
  expect(response.status).toBe(errorCodes[code].status)
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  expect(response.headers.get('X-Request-Id')).toBe(problem.requestId)
  expect(problem.detail.length).toBeGreaterThan(10)
  expect(Array.isArray(problem.errors)).toBe(true)
  return problem
}

const INSTALLATION: Scope = 'installation'

// Small, so that a test need not send 6 MB to find the limit.
const LIMIT = 64 * 1024

/** The security face of a route: every route that asks for a key runs it. */
export function batteryOf(owed: Owed) {
  const {
    method,
    path,
    scope,
    refusal = 'forbidden',
    otherMethod,
    body,
    prepare,
    unanswered,
  } = owed
  const headers = body === undefined ? {} : { 'Content-Type': body.type }
  const init = { method, headers, ...(body && { body: body.text }) }

  describe(`${method} ${path} owes its callers`, () => {
    let app: TestApp
    beforeAll(async () => {
      app = await startTestApp({ config: { maxBodyBytes: LIMIT } })
      await prepare?.(app)
    })
    afterAll(() => app[Symbol.asyncDispose]())

    /** A key that may do this. */
    const mine = () =>
      app.as(scope === undefined || usualScopes.includes(scope) ? app.keys.demo : app.keys.admin)
    const send = (more: Record<string, string>, with_: RequestInit = {}) =>
      app.request(path, { ...init, ...with_, headers: { ...headers, ...more } })

    it('401 without a key, and says which scheme', async () => {
      const response = await send({})
      await problemOf(response, 'unauthenticated')
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="nonius"')
    })

    for (const wrong of [
      'Bearer nk_wrong',
      'nk_wrong',
      'Bearer',
      'Basic dXNlcjpwYXNz',
      'Bearer  ',
    ]) {
      it(`401 to "${wrong}"`, async () => {
        const response = await send({ Authorization: wrong })
        await problemOf(response, 'unauthenticated')
        expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_token"')
      })
    }

    it('401 to a key that was revoked, at the latest ten seconds after', async () => {
      const key = await app.issue([scope ?? 'events:read'])
      expect((await send(app.as(key))).status).not.toBe(401)
      await app.revoke(key)
      app.clock.advance(10_000)
      await problemOf(await send(app.as(key)), 'unauthenticated')
    })

    it('405 to another method, with what it takes', async () => {
      const response = await app.request(path, { method: otherMethod, headers: mine() })
      await problemOf(response, 'method_not_allowed')
      expect(response.headers.get('Allow')?.split(', ')).toContain(method)
      expect(response.headers.get('Allow')).not.toContain(otherMethod)
    })

    if (scope !== undefined) {
      it(`${errorCodes[refusal].status} to a key without the scope ${scope}`, async () => {
        // `installation` administers every tenant.
        const administering: readonly Scope[] = [
          'admin',
          ...(scope === 'admin' ? [INSTALLATION] : []),
        ]
        const others = scopes.filter((other) => other !== scope && !administering.includes(other))
        const key = await app.issue(others)
        const response = await send(app.as(key))
        expect((await problemOf(response, refusal)).detail).toContain(scope)
        expect(response.headers.get('WWW-Authenticate')).toContain('error="insufficient_scope"')
      })
    }

    if (body === undefined) return
    const whereAnswered = unanswered === undefined ? it : notOnAws(unanswered)

    notOnAws('read before')('not to read the body of someone without a key', async () => {
      const request = new Request(`http://localhost${path}`, { ...init, headers })
      expect((await app.app.fetch(request, {})).status).toBe(401)
      expect(request.bodyUsed).toBe(false)
    })

    for (const type of ['text/html', 'application/xml', 'application/json5', 'nonsense']) {
      it(`415 to the media type "${type}"`, async () => {
        const response = await send({ ...mine(), 'Content-Type': type })
        expect((await problemOf(response, 'unsupported_media_type')).detail).toContain(body.type)
      })
    }

    for (const encoding of ['compress', 'gzip, gzip', 'nonsense']) {
      it(`415 to the encoding "${encoding}", naming what is taken`, async () => {
        const response = await send({ ...mine(), 'Content-Encoding': encoding })
        const problem = await problemOf(response, 'unsupported_media_type')
        expect(problem.detail).toContain('gzip, deflate, br, zstd or identity')
        expect(response.headers.get('Accept-Encoding')).toBe('gzip, deflate, br, zstd, identity')
      })
    }

    const compressed: [encoding: string, bytes: Buffer][] = [
      ['gzip', gzipSync(body.text)],
      ['GZIP', gzipSync(body.text)],
      ['x-gzip', gzipSync(body.text)],
      ['deflate', deflateSync(body.text)],
      ['deflate', deflateRawSync(body.text)],
      ['identity', Buffer.from(body.text)],
      ['identity, gzip', gzipSync(body.text)],
      ['br', brotliCompressSync(body.text)],
      ['zstd', zstdCompressSync(body.text)],
    ]
    for (const [encoding, bytes] of compressed) {
      whereAnswered(
        `to read a body of ${bytes.length} bytes in the encoding ${encoding}`,
        async () => {
          const response = await send({ ...mine(), 'Content-Encoding': encoding }, { body: bytes })
          expect(response.status).toBeLessThan(300)
        },
      )
    }

    const broken: [name: string, bytes: Buffer][] = [
      ['is not gzip at all', Buffer.from('nothing')],
      ['ends early', gzipSync(body.text).subarray(0, -9)],
      ['is empty', Buffer.alloc(0)],
      ['goes on after its end', Buffer.concat([gzipSync(body.text), Buffer.from('more')])],
    ]
    for (const [name, bytes] of broken) {
      it(`400 to gzip that ${name}`, async () => {
        const response = await send({ ...mine(), 'Content-Encoding': 'gzip' }, { body: bytes })
        await problemOf(response, 'invalid_encoding')
      })
    }

    const large = JSON.stringify({ padding: 'x'.repeat(LIMIT) })
    const oversized: [name: string, more: Record<string, string>, body: Body][] = [
      ['says how long it is', { 'Content-Length': String(large.length) }, large],
      ['does not say how long it is', {}, streamOf(large)],
      ['says it is shorter', { 'Content-Length': '10' }, large],
      ['is a gzip bomb', { 'Content-Encoding': 'gzip' }, gzipSync(Buffer.alloc(64 * LIMIT))],
      [
        'is a deflate bomb',
        { 'Content-Encoding': 'deflate' },
        deflateSync(Buffer.alloc(64 * LIMIT)),
      ],
    ]
    for (const [name, more, content] of oversized) {
      it(`413 to a body that is too large and ${name}, naming the limit`, async () => {
        const response = await send({ ...mine(), ...more }, { body: content, duplex: 'half' })
        expect((await problemOf(response, 'too_large')).detail).toContain(String(LIMIT))
      })
    }

    if (body.type !== 'application/json') return

    for (const text of ['', '{', '[1,]', '{"a":1}}', "{'a':1}", '\u0000', 'NaN', '<html>']) {
      it(`400 to ${JSON.stringify(text)}, which is not JSON`, async () => {
        await problemOf(await send(mine(), { body: text }), 'invalid_json')
      })
    }

    const odd: [name: string, body: Body][] = [
      ['nested 10,000 arrays deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
      ['nested 10,000 objects deep', `${'{"data":'.repeat(7000)}1${'}'.repeat(7000)}`],
      ['of a prototype', '{"__proto__":{"data":[]},"constructor":{"prototype":{}}}'],
      ['of a number', '1e400'],
      ['of null', 'null'],
      ['that repeats a key', '{"data":[],"data":[],"name":1,"name":2}'],
      ['with a lone surrogate', '{"data":[{"id":"\\ud800"}]}'],
    ]
    for (const [name, content] of odd) {
      it(`an answer, not a failure, to JSON ${name}`, async () => {
        expect((await send(mine(), { body: content })).status).toBeLessThan(500)
      })
    }

    whereAnswered('to read a body that is not quite UTF-8', async () => {
      const [start, end] = [Buffer.from(body.text.slice(0, -1)), Buffer.from('}')]
      const bytes = Buffer.concat([Buffer.from('\ufeff'), start, Buffer.from(' '), end])
      const broken = Buffer.from(
        bytes.toString('latin1').replace('example', 'ex\xffmple'),
        'latin1',
      )
      expect((await send(mine(), { body: bytes })).status).toBeLessThan(300)
      await expectNot(await send(mine(), { body: broken }), 'invalid_json')
    })

    whereAnswered('to take JSON whose media type has parameters, or is not named', async () => {
      const type = 'Application/JSON; charset=utf-8; profile="a;b"'
      expect((await send({ ...mine(), 'Content-Type': type })).status).toBeLessThan(300)
      const unnamed = { method, headers: mine(), body: Buffer.from(body.text) }
      const request = new Request(`http://localhost${path}`, unnamed)
      expect(request.headers.has('Content-Type')).toBe(false)
      expect((await app.request(path, unnamed)).status).toBeLessThan(300)
    })
  })
}

async function expectNot(response: Response, code: ErrorCode) {
  expect(await response.json()).not.toMatchObject({ code })
}

function streamOf(text: string): ReadableStream<Uint8Array> {
  return new Blob([text]).stream()
}
