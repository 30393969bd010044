import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { aDescribe, anEnvelope, anEnvelopeText, anEvent } from '../support/envelopes'

describe('POST /caliper/v1p2/events/validate', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startTestApp({ config: { maxBodyBytes: 64 * 1024 } })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  function validate(body: unknown, headers: Record<string, string> = {}) {
    return app.request('/caliper/v1p2/events/validate', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body),
    })
  }

  it('says of a good envelope how many events and entities it has, without a key', async () => {
    const response = await validate(anEnvelope([anEvent(), aDescribe(), anEvent()]))
    expect(response.status).toBe(200)
    const valid = { valid: true, eventCount: 2, entityCount: 1, warnings: [] }
    expect(await response.json()).toEqual(valid)
  })

  it('stores nothing', async () => {
    const event = anEvent()
    await validate(anEnvelope([event]), app.as())
    expect(await app.platform.events.get('default', event.id)).toBeUndefined()
    expect((await app.platform.quarantine.list('default', { limit: 1 })).items).toEqual([])
  })

  it('says where something is missing: the message is exactly Required', async () => {
    const { type: _, ...untyped } = anEvent()
    const response = await validate(anEnvelope([untyped]))
    expect(response.status).toBe(400)
    const { valid, errors } = (await response.json()) as { valid: boolean; errors: object[] }
    expect(valid).toBe(false)
    expect(errors).toContainEqual(
      expect.objectContaining({ path: ['data', 0, 'type'], message: 'Required' }),
    )
  })

  const unreadable: [name: string, body: string | Buffer, code: string, encoding?: string][] = [
    ['no JSON', '{', 'invalid_json'],
    ['nothing', '', 'invalid_json'],
    ['no envelope', '[]', 'wrong_type'],
    ['another version', anEnvelopeWith('urn:other'), 'unsupported_version'],
    ['broken gzip', gzipSync(anEnvelopeText()).subarray(0, 50), 'invalid_encoding', 'gzip'],
  ]
  for (const [name, body, code, encoding] of unreadable) {
    it(`says of ${name} what is wrong in the same form`, async () => {
      const response = await validate(body, encoding ? { 'Content-Encoding': encoding } : {})
      expect(response.status).toBe(400)
      const errors = [expect.objectContaining({ code })]
      expect(await response.json()).toEqual({ valid: false, errors })
    })
  }

  it('reads gzip', async () => {
    const response = await validate(gzipSync(anEnvelopeText(3)), { 'Content-Encoding': 'gzip' })
    expect(await response.json()).toHaveProperty('eventCount', 3)
  })

  it('takes nothing but JSON', async () => {
    const response = await validate('<a/>', { 'Content-Type': 'text/xml' })
    await problemOf(response, 'unsupported_media_type')
  })

  it('refuses what is too large, naming the limit', async () => {
    const { detail } = await problemOf(await validate('x'.repeat(65_537)), 'too_large')
    expect(detail).toContain('65536')
  })

  it('gives up on a gzip bomb at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(8_000_000))
    await problemOf(await validate(bomb, { 'Content-Encoding': 'gzip' }), 'too_large')
  })
})

function anEnvelopeWith(dataVersion: string): string {
  return JSON.stringify(anEnvelope([anEvent()], { dataVersion }))
}
