import { describe, expect, it } from 'bun:test'
import { problemOf } from '../support/battery'
import { anEnvelope, anEvent } from '../support/envelopes'
import { notOnAws } from '../support/not-on-aws'
import { type SourceTest, startSourceTest } from '../support/sources-api'

interface Counts {
  stored: number
  conformant: number
  quarantined: number
  issues: Record<string, number>
}

interface Conformance {
  from: string
  to: string
  interval: string
  totals: Counts
  series: ({ at: string } & Counts)[]
}

async function read(test: SourceTest, query = ''): Promise<Conformance> {
  const response = await test.call('GET', `/sources/demo/conformance${query}`)
  expect(response.status).toBe(200)
  return (await response.json()) as Conformance
}

const departing = () => anEvent({ id: crypto.randomUUID() })
const untyped = () => anEvent({ type: undefined })

describe('GET /sources/{id}/conformance', () => {
  it('counts what is stored, what conforms, what is quarantined, and each issue once an item', async () => {
    await using test = await startSourceTest()
    await test.send(anEnvelope([anEvent(), departing(), departing(), untyped()]))
    const { totals, series } = await read(test)
    expect(totals).toMatchObject({ stored: 3, conformant: 1, quarantined: 1 })
    const [record] = (await test.platform.events.query('default', {}, { limit: 1 })).items
    expect(record).toBeDefined()
    expect(totals.issues.required).toBe(1)
    expect(Math.max(...Object.values(totals.issues))).toBe(2)
    expect(series).toEqual([{ at: expect.any(String), ...totals }])
  })

  it('counts a duplicate once, and a body that nobody can read', async () => {
    await using test = await startSourceTest()
    const envelope = anEnvelope([departing()])
    await test.send(envelope)
    await test.send(envelope)
    await test.send(7)
    const { totals } = await read(test)
    expect(totals).toMatchObject({ stored: 1, conformant: 0, quarantined: 1 })
  })

  it('counts what a strict source had refused under the codes of its report', async () => {
    await using test = await startSourceTest()
    await test.send(anEnvelope([departing()]))
    const lenient = (await read(test)).totals
    await test.setMode('strict')
    await test.send(anEnvelope([departing()]))
    const { totals } = await read(test)
    expect(totals).toMatchObject({ stored: 1, quarantined: 1 })
    for (const [code, items] of Object.entries(lenient.issues)) {
      expect([code, totals.issues[code]]).toEqual([code, items + 1])
    }
  })

  it('counts native events too', async () => {
    await using test = await startSourceTest()
    await test.send([{ event_type: 'seen' }, 7], '/api/v1/events')
    expect((await read(test)).totals).toMatchObject({ stored: 1, conformant: 1, quarantined: 1 })
  })

  notOnAws('clock')('tells hours and days apart', async () => {
    await using test = await startSourceTest()
    await test.send(anEnvelope())
    test.clock.advance(60 * 60 * 1000)
    await test.send(anEnvelope([anEvent(), anEvent()]))
    const { series } = await read(test, '?interval=hour')
    expect(series.map(({ stored }) => stored)).toEqual([1, 2])
    const apart = Date.parse(series[1]!.at) - Date.parse(series[0]!.at)
    expect(apart).toBe(60 * 60 * 1000)

    test.clock.advance(24 * 60 * 60 * 1000)
    await test.send(anEnvelope())
    const days = await read(test)
    expect(days.totals.stored).toBe(4)
    expect(days.series.at(-1)).toMatchObject({ stored: 1 })
    for (const { at } of days.series) expect(at).toEndWith('T00:00:00.000Z')
  })

  it('covers the range that is asked for', async () => {
    await using test = await startSourceTest()
    await test.send(anEnvelope())
    const day = test.clock.now().toISOString().slice(0, 10)
    expect((await read(test, `?from=${day}`)).totals.stored).toBe(1)
    expect((await read(test, `?from=2026-01-01&to=2026-01-03`)).series).toEqual([])
    expect(await read(test, '?from=2026-01-01T09:30:00Z&to=2026-01-03')).toMatchObject({
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-03T00:00:00.000Z',
      interval: 'day',
    })
  })

  const refused: [query: string, path: string][] = [
    ['?from=yesterday', 'from'],
    ['?from=2026-01-02&to=2026-01-01', 'from'],
    ['?from=2020-01-01&to=2026-01-01', 'from'],
    ['?interval=hour&from=2026-01-01&to=2026-03-01', 'from'],
    ['?interval=week', 'interval'],
    ['?since=2026-01-01', 'since'],
  ]
  for (const [query, path] of refused) {
    it(`refuses ${query}`, async () => {
      await using test = await startSourceTest()
      const response = await test.call('GET', `/sources/demo/conformance${query}`)
      const { errors } = await problemOf(response, 'invalid_request')
      expect(errors[0]!.path).toEqual([path])
    })
  }

  it('is 404 for a source that is not there', async () => {
    await using test = await startSourceTest()
    await problemOf(await test.call('GET', '/sources/nobody/conformance'), 'not_found')
  })
})
