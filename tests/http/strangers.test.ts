import { describe, expect, it } from 'bun:test'
import { problemOf } from '../support/battery'
import { startDearApp } from '../support/dear-app'
import { shared } from '../support/shared'

const json = { 'Content-Type': 'application/json' }
const KB = 1024

/** A body of native events of about so many bytes. */
function bodyOf(bytes: number): string {
  const event = {
    event_type: 'lesson_completed',
    user_id: 'ada',
    payload: { text: 'x'.repeat(900) },
  }
  return JSON.stringify(Array.from({ length: Math.ceil(bytes / 1000) }, () => event))
}

describe('somebody without a key, where each byte costs', () => {
  const apps = shared(startDearApp)

  const doors = ['/api/v1/events/validate', '/caliper/v1p2/events/validate']
  for (const path of [...doors, '/xapi/statements/validate']) {
    it(`may have few bytes checked at ${path}, and whoever has a key many`, async () => {
      const app = await apps()
      const check = (
        body: string | Uint8Array<ArrayBuffer>,
        headers: Record<string, string> = {},
      ) => app.request(path, { method: 'POST', headers: { ...json, ...headers }, body })
      const zipped = Bun.gzipSync(bodyOf(200 * KB))
      const isZipped = { 'Content-Encoding': 'gzip' }
      expect((await check(bodyOf(50 * KB))).status).toBeOneOf([200, 400])
      expect((await check(bodyOf(200 * KB), app.as())).status).toBeOneOf([200, 400])
      expect((await check(zipped, { ...isZipped, ...app.as() })).status).toBeOneOf([200, 400])
      const wrong = { Authorization: 'Bearer nk_wrong_and_long_enough_to_be_one' }
      for (const refused of [
        await check(bodyOf(200 * KB)),
        await check(bodyOf(200 * KB), wrong),
        await check(zipped, isZipped),
      ]) {
        expect((await problemOf(refused, 'too_large')).detail).toBe(
          'Without a good key, a body of at most 65536 bytes is checked here, also decompressed; with one, 6291456.',
        )
      }
    })
  }

  it('has a small page at /docs, and with a key the rest of it', async () => {
    const app = await apps()
    const response = await app.request('/docs')
    const page = await response.text()
    expect(response.status).toBe(200)
    expect(page.length).toBeLessThan(8 * KB)
    expect(page).not.toMatch(/https?:\/\//)
    const [, script = ''] = /<script>([\s\S]*)<\/script>/.exec(page) ?? []
    const digest = new Bun.CryptoHasher('sha256').update(script).digest('base64')
    const policy = response.headers.get('Content-Security-Policy')
    expect(policy).toContain(`script-src 'sha256-${digest}' blob:`)
    await problemOf(await app.request('/docs/scalar.js'), 'unauthenticated')
    const headers = { ...app.as(), 'Accept-Encoding': 'gzip' }
    const whole = await app.request('/docs/scalar.js', { headers })
    expect(whole.headers.get('Cache-Control')).toStartWith('private')
    const text = new TextDecoder().decode(Bun.gunzipSync(await whole.arrayBuffer()))
    expect(text).toContain('createApiReference')
  })

  it('is given the document twenty times a minute, and whoever has a key at any time', async () => {
    const app = await apps()
    const ask = async (headers = {}) => (await app.request('/openapi.json', { headers })).status
    const statuses: number[] = []
    for (let n = 0; n < 22; n += 1) statuses.push(await ask())
    expect(statuses).toEqual([...Array<number>(20).fill(200), 429, 429])
    const refused = await app.request('/openapi.json', {
      headers: { Authorization: 'Bearer nk_wrong_and_long_enough_to_be_one' },
    })
    expect(Number(refused.headers.get('Retry-After'))).toBeWithin(1, 61)
    await problemOf(refused, 'rate_limited')
    expect(await ask(app.as())).toBe(200)
    expect((await app.request('/health')).status).toBe(200)
  })
})
