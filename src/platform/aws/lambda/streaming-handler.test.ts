import { describe, expect, it } from 'bun:test'
import { Writable } from 'node:stream'
import type { LambdaFunctionURLEvent } from 'aws-lambda'
import { urlEvent } from '../../../../tests/support/aws/url-event'
import { silentLog } from '../../../telemetry/log'
import { createStreamingHandler } from './streaming-handler'

const PATH = '/api/v1/events/stream'
const FIVE = ['one', 'two', 'three', 'four', 'five']

/** The other end of an answer, which may be slow, or leave. */
function aListener(takes: (piece: string) => Promise<void> = async () => {}) {
  const head: { statusCode?: number; headers?: Record<string, string> } = {}
  const pieces: string[] = []
  const out = new Writable({
    highWaterMark: 1,
    write(piece, _encoding, done) {
      takes(String(piece)).then(() => {
        if (piece.length > 0) pieces.push(String(piece))
        done()
      }, done)
    },
  })
  return {
    ...{ head, pieces, out },
    begin(given: Writable, told: typeof head) {
      Object.assign(head, told)
      return given
    },
  }
}

/** A body of pieces, one for each that is asked for. */
function bodyOf(pieces: string[]) {
  const told = { given: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = pieces[told.given]
        if (piece === undefined) return controller.close()
        told.given += 1
        controller.enqueue(new TextEncoder().encode(piece))
      },
      cancel() {
        told.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { body, told }
}

type Answer = (request: Request, connection: { ip: string }) => Response

async function call(
  event: LambdaFunctionURLEvent,
  fetch: Answer,
  listener = aListener(),
  { maxMs = 60_000, lingerMs = 1000 } = {},
) {
  const { begin, out, head, pieces } = listener
  const needs = { fetch, paths: [PATH], begin, log: silentLog, maxMs, lingerMs }
  await createStreamingHandler(needs)(event, out)
  return { ...head, text: pieces.join('') }
}

describe('a function that streams', () => {
  it('gives the app what was asked, and by whom', async () => {
    const event = urlEvent('GET', PATH, { headers: { 'x-api-key': 'nk_1' } })
    event.rawQueryString = 'user_id=a%20b&after=x'
    let asked: string[] = []
    await call(event, ({ method, url, headers }, { ip }) => {
      asked = [method, url, headers.get('x-api-key') ?? '', ip]
      return new Response('')
    })
    const { domainName, http } = event.requestContext
    const url = `https://${domainName}${PATH}?user_id=a%20b&after=x`
    expect(asked).toEqual(['GET', url, 'nk_1', http.sourceIp])
  })

  it('hands on status, headers and the body, no faster than it is taken', async () => {
    const { body, told } = bodyOf(FIVE)
    let ahead = 0
    const listener = aListener(async () => {
      await Bun.sleep(5)
      ahead = Math.max(ahead, told.given - listener.pieces.length)
    })
    const headers = { 'content-type': 'text/event-stream' }
    const answer = await call(
      urlEvent('GET', PATH),
      () => new Response(body, { headers }),
      listener,
    )
    expect(answer).toEqual({ statusCode: 200, headers, text: FIVE.join('') })
    expect(ahead).toBeLessThanOrEqual(3)
  })

  it('lets the app know when whoever listened is gone', async () => {
    const { body, told } = bodyOf(Array.from({ length: 1000 }, () => 'piece'))
    let taken = 0
    const listener = aListener(async () => {
      taken += 1
      if (taken > 5) throw new Error('write EPIPE')
    })
    await call(urlEvent('GET', PATH), () => new Response(body), listener)
    expect(told.cancelled).toBe(true)
    expect(told.given).toBeLessThan(20)
  })

  it('lets the app know of that at once, also while there is nothing to be sent', async () => {
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('first')),
      cancel() {
        cancelled = true
      },
    })
    const listener = aListener()
    const called = call(urlEvent('GET', PATH), () => new Response(body), listener)
    while (listener.pieces.length === 0) await Bun.sleep(5)
    listener.out.destroy()
    await called
    expect(cancelled).toBe(true)
  })

  it('ends an answer that does not end by itself, whole, before Lambda does', async () => {
    let wasCancelled = false
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('first')),
      cancel() {
        wasCancelled = true
      },
    })
    const begun = performance.now()
    const listener = aListener()
    const limits = { maxMs: 50, lingerMs: 10_000 }
    const answer = await call(urlEvent('GET', PATH), () => new Response(body), listener, limits)
    expect(performance.now() - begun).toBeLessThan(5000)
    expect(answer.text).toBe('first')
    expect([wasCancelled, listener.out.writableFinished]).toEqual([true, true])
  })

  it('ends also for one that takes nothing', async () => {
    const { body, told } = bodyOf(FIVE)
    const listener = aListener(() => new Promise(() => {}))
    const begun = performance.now()
    const limits = { maxMs: 50, lingerMs: 50 }
    await call(urlEvent('GET', PATH), () => new Response(body), listener, limits)
    expect(performance.now() - begun).toBeLessThan(5000)
    expect([told.cancelled, listener.out.destroyed]).toEqual([true, true])
  })

  for (const status of [204, 307, 401]) {
    it(`ends an answer that has no body (${status})`, async () => {
      const listener = aListener()
      const answer = await call(
        urlEvent('HEAD', PATH),
        () => new Response(null, { status, headers: { location: 'https://a.example' } }),
        listener,
      )
      expect(answer).toEqual({
        statusCode: status,
        headers: { location: 'https://a.example' },
        text: '',
      })
      expect(listener.out.writableEnded).toBe(true)
    })
  }

  for (const path of ['/', '/api/v1/events', `${PATH}/`, '/caliper/v1p2/events']) {
    it(`answers nothing else: ${path}`, async () => {
      const answer = await call(urlEvent('GET', path), () => {
        throw new Error('the app was asked')
      })
      expect(answer.statusCode).toBe(404)
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'not_found', status: 404 })
    })
  }

  it('is 503 while the app cannot be opened', async () => {
    const answer = await call(urlEvent('GET', PATH), () => {
      throw new Error('KMS is busy')
    })
    expect(answer.statusCode).toBe(503)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'unavailable', status: 503 })
    expect(answer.text).not.toContain('KMS')
  })
})
