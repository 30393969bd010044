import { describe, expect, it } from 'bun:test'
import type { Receipt } from '../../src/event/receipt'
import { startSourceTest } from '../support/sources-api'

const lesson = {
  description: 'A learner finished a lesson',
  category: 'lessons',
  payload: { required: ['lesson'], properties: { lesson: { type: 'string' } } },
}

const events = [
  { event_type: 'lesson_done', event_id: 'good', payload: { lesson: 'l-1' } },
  { event_type: 'lesson_done', event_id: 'bad', payload: { lesson: 7 } },
  { event_type: 'no_such', event_id: 'unknown' },
]

async function startTypesTest() {
  const test = await startSourceTest()
  const put = await test.call('PUT', '/api/v1/event-types/lesson_done', lesson)
  expect(put.status).toBe(201)
  test.clock.advance(5_000)
  return test
}

describe('types of a tenant are in force', () => {
  it('for a lenient source, which has everything stored and counted', async () => {
    await using test = await startTypesTest()
    const receipt = (await (await test.send(events, '/api/v1/events')).json()) as Receipt
    expect(receipt.quarantined).toEqual([])
    const bad = await test.platform.events.get('default', 'bad')
    expect(bad).toMatchObject({
      conformant: false,
      issueCodes: ['wrong_type'],
      category: 'lessons',
    })
    const unknown = await test.platform.events.get('default', 'unknown')
    expect(unknown).toMatchObject({ conformant: true, issueCodes: ['unknown_type'] })
  })

  it('for a strict source, which has what breaks a schema in quarantine with path and value', async () => {
    await using test = await startTypesTest()
    await test.setMode('strict')
    const receipt = (await (await test.send(events, '/api/v1/events')).json()) as Receipt
    expect(receipt.eventIds).toEqual(['good', 'unknown'])
    const [held] = receipt.quarantined
    expect(held).toMatchObject({ index: 1, id: 'bad' })
    expect(held!.errors).toEqual([
      {
        path: [1, 'payload', 'lesson'],
        message: 'Expected string, got 7',
        code: 'wrong_type',
        spec: 'event type lesson_done',
      },
    ])
  })

  it('in a report, for whoever shows a key of the tenant', async () => {
    await using test = await startTypesTest()
    const report = async (headers: Record<string, string>) => {
      const body = JSON.stringify(events)
      const all = { ...headers, 'Content-Type': 'application/json' }
      const path = '/api/v1/events/validate'
      const response = await test.request(path, { method: 'POST', headers: all, body })
      // biome-ignore lint/suspicious/noExplicitAny: the form is what is tested
      const { valid, errors = [], warnings = [] } = (await response.json()) as any
      const codes = (issues: { path: unknown[]; code: string }[]) =>
        issues.map(({ path, code }) => `${path.join('.')} ${code}`)
      return { valid, errors: codes(errors), warnings: codes(warnings) }
    }
    expect(await report(test.as())).toEqual({
      valid: false,
      errors: ['1.payload.lesson wrong_type'],
      warnings: ['2.event_type unknown_type'],
    })
    const unknown = [0, 1, 2].map((index) => `${index}.event_type unknown_type`)
    expect(await report({})).toEqual({ valid: true, errors: [], warnings: unknown })
  })
})
