import { expect, it } from 'bun:test'
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { StorageError } from '../../src/error/storage-error'
import type { Receipt } from '../../src/event/receipt'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { describeNotOnAws } from '../support/not-on-aws'

const KB = 1024
const lineOf = (n: number, more: object = {}) =>
  JSON.stringify({ event_type: 'tap', event_id: `e${n}`, properties: { n }, ...more })
const linesOf = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => lineOf(from + n, { pad: 'x'.repeat(KB) })).join('\n')

interface Sent {
  headers?: Record<string, string>
  key?: string
}

function post(
  app: TestApp,
  body: NonNullable<RequestInit['body']>,
  { headers = {}, key }: Sent = {},
) {
  const type = { 'Content-Type': 'application/x-ndjson' }
  const init = { method: 'POST', headers: { ...app.as(key), ...type, ...headers }, body }
  return app.request('/api/v1/events', init)
}

async function receiptOf(response: Response): Promise<Receipt> {
  expect(response.status).toBe(200)
  return (await response.json()) as Receipt
}

/** A body that comes in parts, and fails where one of them is an error. */
function inParts(...parts: (string | Error)[]): ReadableStream<Uint8Array> {
  const left = [...parts]
  return new ReadableStream({
    pull(controller) {
      const part = left.shift()
      if (part === undefined) controller.close()
      else if (typeof part === 'string') controller.enqueue(new TextEncoder().encode(part))
      else controller.error(part)
    },
  })
}

const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
const packings: [name: string, pack: (text: string) => Uint8Array<ArrayBuffer>][] = [
  ['gzip', (text) => Uint8Array.from(gzipSync(text))],
  ['deflate', (text) => Uint8Array.from(deflateSync(text))],
  ['br', (text) => Uint8Array.from(brotliCompressSync(text, quick))],
  ['zstd', (text) => Uint8Array.from(zstdCompressSync(text))],
]

describeNotOnAws('limits')('JSON lines of any length', () => {
  // A body of six megabytes in all, where a body may have two.
  const limit = { config: { maxBodyBytes: 2 * KB * KB } }
  const text = `${linesOf(3000)}\n{broken\n\n${linesOf(3000, 3000)}`

  it('are stored to the last, and counted through', async () => {
    await using app = await startTestApp(limit)
    const receipt = await receiptOf(await post(app, text))
    expect(receipt).toMatchObject({
      ...{ accepted: 6000, rejected: 1, eventCount: 6000, duplicates: 0 },
      quarantined: [{ index: 3000, errors: [{ path: [3000], code: 'invalid_json' }] }],
    })
    expect(receipt.eventIds).toHaveLength(6000)
    expect(new Set(receipt.eventIds).size).toBe(6000)
    expect(await app.platform.events.get('default', 'e5999')).toBeDefined()
    expect(await receiptOf(await post(app, text))).toMatchObject({ duplicates: 6000 })
  })

  for (const [name, pack] of packings) {
    it(`are unpacked as they come: ${name}`, async () => {
      await using app = await startTestApp(limit)
      const headers = { 'Content-Encoding': name }
      const receipt = await receiptOf(await post(app, pack(text), { headers }))
      expect(receipt).toMatchObject({ eventCount: 6000, quarantined: [{ index: 3000 }] })
    })
  }

  it('tell apart events that say neither when they happened nor which they are', async () => {
    await using app = await startTestApp(limit)
    const same = `${JSON.stringify({ event_type: 'tap', pad: 'x'.repeat(KB) })}\n`
    const receipt = await receiptOf(await post(app, same.repeat(4000)))
    expect(receipt).toMatchObject({ eventCount: 4000, duplicates: 0 })
  })

  it('may be short, and many', async () => {
    await using app = await startTestApp(limit)
    const short = Array.from({ length: 60_000 }, (_, n) => `{"event_type":"t","id":${n}}`)
    const receipt = await receiptOf(await post(app, short.join('\n')))
    expect(receipt).toMatchObject({ eventCount: 60_000, duplicates: 0 })
  }, 20_000)

  it('keep what was stored when the body ends early, and are recognised when they come again', async () => {
    await using app = await startTestApp(limit)
    const problem = await problemOf(
      await post(app, inParts(linesOf(1500), '\n', linesOf(1500, 1500), '\n', new Error('gone'))),
      'invalid_request',
    )
    const { linesTaken } = problem as { linesTaken?: number }
    expect(linesTaken).toBeGreaterThan(1000)
    expect(problem.detail).toContain(`first ${linesTaken} lines`)
    expect(await app.platform.events.get('default', `e${linesTaken! - 1}`)).toBeDefined()
    expect(await app.platform.events.get('default', `e${linesTaken}`)).toBeUndefined()
    expect(await receiptOf(await post(app, text))).toMatchObject({ duplicates: linesTaken })
  })

  it('say how many were stored when the store fails on the way, and which line was too long', async () => {
    let calls = 0
    await using app = await startTestApp({
      ...limit,
      wrap: (platform) => {
        const append: typeof platform.events.append = async (records, options) => {
          calls += 1
          if (calls > 4) throw new StorageError('full', { isRetriable: true })
          return platform.events.append(records, options)
        }
        return { ...platform, events: { ...platform.events, append } }
      },
    })
    const failed = await problemOf(await post(app, text), 'unavailable')
    expect(failed).toHaveProperty('linesTaken')
    calls = Number.NEGATIVE_INFINITY
    const long = `${linesOf(1500)}\n${lineOf(1500, { pad: 'x'.repeat(3 * KB * KB) })}\n`
    const refused = await problemOf(await post(app, long), 'too_large')
    expect(refused.errors).toMatchObject([{ path: [1500], code: 'line_too_long' }])
  })

  it('are refused whole by a strict source only where none could be stored', async () => {
    await using app = await startTestApp(limit)
    const { registry } = app.platform
    const demo = await registry.sources.get('default', 'demo')
    await registry.sources.put({ ...demo!, mode: 'strict' })
    const bad = `${JSON.stringify({ user_id: 'x'.repeat(KB) })}\n`
    await problemOf(await post(app, bad.repeat(2500)), 'not_conformant')
    const receipt = await receiptOf(await post(app, bad.repeat(2500) + linesOf(1)))
    expect(receipt).toMatchObject({ accepted: 1, rejected: 2500, quarantinedCount: 2500 })
    expect(receipt.quarantined).toHaveLength(100)
  }, 20_000)

  it('that cannot be unpacked are kept as they came', async () => {
    await using app = await startTestApp(limit)
    const sent = gzipSync(text).subarray(0, 20_000)
    const headers = { 'Content-Encoding': 'gzip' }
    const problem = await problemOf(
      await post(app, Uint8Array.from(Buffer.from('no gzip')), { headers }),
      'invalid_encoding',
    )
    expect(await app.platform.quarantine.get('default', problem.quarantineId!)).toBeDefined()
    await problemOf(await post(app, Uint8Array.from(sent), { headers }), 'invalid_encoding')
  })

  it('are read in another charset, within the limit of any body', async () => {
    await using app = await startTestApp(limit)
    const latin = Uint8Array.from(Buffer.from('{"event_type":"tap","user_id":"\xe9"}', 'latin1'))
    const headers = { 'Content-Type': 'application/x-ndjson; charset=iso-8859-1' }
    expect(await receiptOf(await post(app, latin, { headers }))).toMatchObject({ eventCount: 1 })
    const utf16 = Uint8Array.from(Buffer.from(`\ufeff${linesOf(900)}`, 'utf16le'))
    expect(await receiptOf(await post(app, utf16))).toMatchObject({ eventCount: 900 })
  })
})
