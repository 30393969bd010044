import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'

const statement = {
  id: '5c3bd2f1-8a7d-4f8e-8c38-8f60a4a2c6f1',
  actor: { mbox: 'mailto:ann@example.org' },
  verb: { id: 'http://adlnet.gov/expapi/verbs/passed', display: { en: 'passed' } },
  object: {
    id: 'https://lms.example/quiz/1',
    definition: { name: { en: 'Quiz' }, type: 'http://adlnet.gov/expapi/activities/assessment' },
  },
  timestamp: '2026-11-21T09:30:00.000Z',
}

describe('POST /xapi/statements/validate', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startTestApp({ config: { maxBodyBytes: 64 * 1024 } })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  function validate(body: unknown, headers: Record<string, string> = {}) {
    return app.request('/xapi/statements/validate', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  it('passes what conforms, without a key, and stores nothing', async () => {
    for (const [body, eventCount] of [
      [statement, 1],
      [[statement, { ...statement, id: '6c3bd2f1-8a7d-4f8e-8c38-8f60a4a2c6f1' }], 2],
      [[], 0],
    ] as const) {
      const response = await validate(body, app.as())
      expect(response.status).toBe(200)
      const valid = { valid: true, eventCount, entityCount: 0, warnings: [] }
      expect(await response.json()).toEqual(valid)
    }
    expect(await app.platform.events.get('default', statement.id)).toBeUndefined()
  })

  it('names every error by its path and section, and what is recommended', async () => {
    const { display: _, ...verb } = statement.verb
    const body = [{ ...statement, verb }, statement, { ...statement, version: '1.0.3', actor: {} }]
    const response = await validate(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      valid: false,
      errors: [
        { path: [1, 'id'], code: 'duplicate_id', severity: 'error' },
        { path: [2, 'actor', 'mbox'], code: 'unidentified', spec: 'xAPI-Data 2.4.2.3' },
        { path: [2, 'id'], code: 'duplicate_id' },
      ],
      warnings: [{ path: [0, 'verb', 'display'], code: 'recommended', severity: 'warning' }],
    })
  })

  it('goes by the version of the request, where it names one', async () => {
    const late = { ...statement, context: { contextAgents: [] } }
    const status = async (version?: string) =>
      (await validate(late, version ? { 'X-Experience-API-Version': version } : {})).status
    expect(await status()).toBe(200)
    expect(await status('2.0.0')).toBe(200)
    expect(await status('1.0.3')).toBe(400)
  })

  it('reports what is no JSON like the rest, and refuses what it does not read', async () => {
    const broken = await validate('{"actor":')
    expect(broken.status).toBe(400)
    expect(await broken.json()).toMatchObject({ valid: false, errors: [{ code: 'invalid_json' }] })
    const large = await validate(JSON.stringify(Array(1000).fill(statement)))
    await problemOf(large, 'too_large')
    const typed = await validate('a', { 'Content-Type': 'text/xml' })
    await problemOf(typed, 'unsupported_media_type')
  })
})
