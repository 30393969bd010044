import { describe, expect, it } from 'bun:test'
import { StorageError } from '../../src/error/storage-error'
import type { Platform } from '../../src/platform/platform'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { anEnvelopeText } from '../support/envelopes'
import { describeNotOnAws } from '../support/not-on-aws'

/** A platform whose event store answers nothing but this error. */
function failing(error: Error) {
  const fail = async () => {
    throw error
  }
  return (platform: Platform): Platform => ({
    ...platform,
    events: { ...platform.events, append: fail, query: fail, get: fail },
  })
}

function post(app: TestApp, body = anEnvelopeText()) {
  const headers = { ...app.as(), 'Content-Type': 'application/json' }
  return app.request('/caliper/v1p2/events', { method: 'POST', headers, body })
}

const full = new StorageError('writing events: database or disk is full (SQLITE_FULL)', {
  isRetriable: true,
})

describeNotOnAws('faults')('a store that cannot take events for now', () => {
  it('is 503 with Retry-After, never a 200', async () => {
    await using app = await startTestApp({ wrap: failing(full) })
    const response = await post(app)
    const problem = await problemOf(response, 'unavailable')
    expect(response.headers.get('Retry-After')).toBe('5')
    expect(JSON.stringify(problem)).not.toContain('SQLITE')
  })

  it('is one plain line in the log, with the request id and no address', async () => {
    await using app = await startTestApp({ wrap: failing(full) })
    const path = '/analytics/events/urn:person:zoe?view=record'
    const { requestId } = await problemOf(
      await app.request(path, { headers: app.as() }),
      'unavailable',
    )
    expect(app.logged).toHaveLength(1)
    expect(app.logged[0]).toStartWith('error nothing can be stored: writing events: database')
    expect(app.logged[0]).toContain(requestId)
    expect(app.logged[0]).toContain('/analytics/events/:id')
    expect(app.logged[0]).not.toContain('zoe')
  })

  it('takes events again once it can', async () => {
    let isFull = true
    const wrap = (platform: Platform): Platform => {
      const { events } = platform
      const append: typeof events.append = async (records) => {
        if (isFull) throw full
        return events.append(records)
      }
      return { ...platform, events: { ...events, append } }
    }
    await using app = await startTestApp({ wrap })
    const body = anEnvelopeText()
    await problemOf(await post(app, body), 'unavailable')
    isFull = false
    const response = await post(app, body)
    expect(await response.json()).toMatchObject({ eventCount: 1, duplicates: 0 })
  })

  it('does not lose a body that cannot be read: a quarantine that is full is 503 too', async () => {
    const wrap = (platform: Platform): Platform => {
      const put = async () => {
        throw full
      }
      return { ...platform, quarantine: { ...platform.quarantine, put } }
    }
    await using app = await startTestApp({ wrap })
    await problemOf(await post(app, '{'), 'unavailable')
  })

  it('is 503 also when keys cannot be looked up', async () => {
    const wrap = (platform: Platform): Platform => {
      const { registry } = platform
      const findByHash = async () => {
        throw full
      }
      return { ...platform, registry: { ...registry, keys: { ...registry.keys, findByHash } } }
    }
    await using app = await startTestApp({ wrap })
    await problemOf(await post(app), 'unavailable')
  })
})

describeNotOnAws('faults')('what breaks on our side', () => {
  const failures: [name: string, error: Error][] = [
    ['a store that will not mend', new StorageError('file is corrupt', { isRetriable: false })],
    ['a bug', new TypeError('undefined is not a function (near "Zoë Müller")')],
  ]
  for (const [name, error] of failures) {
    it(`is 500 without a word of what it was: ${name}`, async () => {
      await using app = await startTestApp({ wrap: failing(error) })
      const response = await post(app)
      const problem = await problemOf(response, 'internal')
      expect(JSON.stringify(problem)).not.toContain(error.message)
      expect(app.logged[0]).toContain(problem.requestId)
    })
  }

  it('is logged by its place; what it says, which may quote a person, only for debugging', async () => {
    const error = new TypeError('cannot read "Zoë Müller"')
    await using app = await startTestApp({ wrap: failing(error) })
    await post(app)
    const [line, debug] = app.logged
    expect(line).toContain('error a request failed')
    expect(line).toContain('TypeError')
    expect(line).toContain('errors.test.ts')
    expect(line).not.toContain('Zoë')
    expect(debug).toStartWith('debug a request failed')
  })
})

describe('what senders do wrong', () => {
  it('is not in our log', async () => {
    await using app = await startTestApp()
    await post(app, '{')
    await app.request('/nothing')
    await app.request('/analytics/events')
    // A line says who was answered 401, and nothing of what was sent.
    const stranger = '{"ip":"192.0.2.7","code":"unauthenticated"}'
    expect(app.logged).toEqual([`info answered 401 ${stranger}`])
  })
})
