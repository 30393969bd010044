import { describe, expect, it } from 'bun:test'
import type { Receipt } from '../../src/event/receipt'
import { problemOf } from '../support/battery'
import { anEnvelope, anEvent } from '../support/envelopes'
import { startSourceTest } from '../support/sources-api'

/** Stored as it is by a lenient source: the actor's id is no IRI, and an event's has to be a URN. */
const departing = () => anEvent({ id: crypto.randomUUID() })

describe('a strict source', () => {
  it('has what breaks a MUST in quarantine with its report, and the rest stored', async () => {
    await using test = await startSourceTest()
    await test.setMode('strict')
    const [good, bad] = [anEvent(), departing()]
    const response = await test.send(anEnvelope([good, bad]))
    expect(response.status).toBe(200)
    const receipt = (await response.json()) as Receipt
    expect(receipt).toMatchObject({ eventIds: [good.id], quarantined: [{ index: 1, id: bad.id }] })
    const [{ errors, quarantineId }] = receipt.quarantined as [Receipt['quarantined'][number]]
    expect(errors[0]).toMatchObject({ path: ['data', 1, 'id'] })
    expect(errors[0]!.spec).toContain('Caliper 1.2')
    const kept = await test.platform.quarantine.get('default', quarantineId)
    expect(kept).toMatchObject({ scope: 'item', errors })
    expect(JSON.parse(kept!.raw)).toEqual(bad)
    expect(await test.platform.events.get('default', bad.id)).toBeUndefined()
  })

  for (const path of ['/caliper/v1p2/events', '/caliper/in/KEY']) {
    it(`is answered 400 when nothing could be stored: ${path}`, async () => {
      await using test = await startSourceTest()
      await test.setMode('strict')
      const data = [departing(), departing()]
      const response = await test.send(anEnvelope(data), path.replace('KEY', test.keys.demo))
      const problem = await problemOf(response, 'not_conformant')
      expect(problem.errors.map((issue) => issue.path[1])).toEqual([0, 1])
      const { quarantined } = problem as unknown as Receipt
      expect(quarantined.map(({ index, id }) => [index, id])).toEqual([
        [0, data[0]!.id],
        [1, data[1]!.id],
      ])
      for (const { quarantineId } of quarantined) {
        expect(await test.platform.quarantine.get('default', quarantineId)).toBeDefined()
      }
    })
  }

  it('is answered shortly, however much it sent', async () => {
    await using test = await startSourceTest()
    await test.setMode('strict')
    const data = Array.from({ length: 1000 }, departing)
    const response = await test.send(anEnvelope(data))
    const text = await response.clone().text()
    const problem = await problemOf(response, 'not_conformant')
    expect(problem).toMatchObject({ quarantinedCount: 1000 })
    expect(problem.errors).toHaveLength(100)
    expect(text.length).toBeLessThan(100_000)
  })

  it('that sends an envelope of nothing is answered 400', async () => {
    await using test = await startSourceTest()
    await test.setMode('strict')
    const { errors } = await problemOf(await test.send(anEnvelope([])), 'not_conformant')
    expect(errors).toMatchObject([{ path: ['data'], code: 'empty_data' }])
  })

  it('may send again what it sent before: a duplicate is held, so the reply is 200', async () => {
    await using test = await startSourceTest()
    await test.setMode('strict')
    const envelope = anEnvelope()
    await test.send(envelope)
    const again = await test.send(envelope)
    expect(await again.json()).toMatchObject({ duplicates: 1 })
  })

  it('keeps its warnings: a SHOULD costs no event', async () => {
    await using test = await startSourceTest()
    await test.setMode('strict')
    const context = { '@context': { '@vocab': 'http://purl.imsglobal.org/ctx/caliper/v1p2' } }
    expect((await test.send(anEnvelope([anEvent(context)]))).status).toBe(200)
  })
})

describe('a lenient source', () => {
  it('has everything stored that passes the gate, also after it was strict', async () => {
    await using test = await startSourceTest()
    await test.setMode('strict')
    await test.setMode('lenient')
    const bad = departing()
    expect(await (await test.send(anEnvelope([bad]))).json()).toMatchObject({ eventIds: [bad.id] })
    const held = await test.platform.events.get('default', bad.id)
    expect(held).toMatchObject({ conformant: false })
  })
})
