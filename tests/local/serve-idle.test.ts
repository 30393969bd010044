import { describe, expect, it } from 'bun:test'
import { connect } from 'node:net'
import { IDLE_SECONDS, serveHttp } from '../../src/platform/local/serve'
import { startTestApp } from '../support/app'

const get = 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n'
// The tests' server keeps connections for eight seconds: Bun looks every four.
const idleSeconds = 8
const STILL_OPEN_MS = 5_000
const LONGEST_MS = 20_000

/** Sends a request, and says when the connection was closed; and whether a second one was answered. */
function hold(url: URL, first: string, secondAfterMs?: number) {
  return new Promise<{ ms: number; replies: number }>((resolve) => {
    const socket = connect(Number(url.port), '127.0.0.1', () => socket.write(first))
    let replies = 0
    const began = performance.now()
    socket.on('data', () => {
      replies += 1
      if (replies > 1) socket.end()
      else if (secondAfterMs) setTimeout(() => socket.write(get), secondAfterMs)
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve({ ms: performance.now() - began, replies }))
  })
}

describe('a connection on which nothing happens', () => {
  it('is kept longer than the 60 s of balancers', () => {
    expect(IDLE_SECONDS).toBeGreaterThan(65)
  })

  it('is kept as long after a body as after none, and answers again', async () => {
    await using app = await startTestApp()
    const { fetch } = app.app
    await using server = serveHttp({ host: '127.0.0.1', port: 0, fetch, idleSeconds })
    const body = '{"event_type":"x","user_id":"u"}'
    const post = [
      ...['POST /api/v1/events HTTP/1.1', 'Host: x', `Authorization: Bearer ${app.keys.demo}`],
      ...['Content-Type: application/json', `Content-Length: ${body.length}`, '', body],
    ].join('\r\n')
    const [again, afterBody, left, leftAfterBody] = await Promise.all([
      hold(server.url, get, STILL_OPEN_MS),
      hold(server.url, post, STILL_OPEN_MS),
      hold(server.url, get),
      hold(server.url, post),
    ])
    expect([again.replies, afterBody.replies]).toEqual([2, 2])
    for (const { ms, replies } of [left, leftAfterBody]) {
      expect(replies).toBe(1)
      expect(ms).toBeGreaterThan(STILL_OPEN_MS)
      expect(ms).toBeLessThan(LONGEST_MS)
    }
  }, 30_000)
})
