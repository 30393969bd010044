import { describe, expect, it } from 'bun:test'
import { archiveStored } from '../../src/changes/consumers'
import { StorageError } from '../../src/error/storage-error'
import { readSpilled } from '../../src/ingest/spill'
import type { Platform } from '../../src/platform/platform'
import { silentLog as log } from '../../src/telemetry/log'
import { startTestApp, type TestApp } from '../support/app'
import { memoryBlobs } from '../support/blobs'
import { aDelivery } from '../support/deliveries'
import { drainAll } from '../support/drain'
import { anEnvelope, anEvent } from '../support/envelopes'
import { openLake } from '../support/lake'
import { neighboursOf, oddIds } from '../support/odd-ids'
import { beginErasure, call, erase, foundAt, whenOver } from '../support/privacy/erasing'
import { learner, learnerIds, neighbours, plant } from '../support/privacy/planted'

type Receipt = { eventIds: string[]; withheld?: { rule: string; count: number }[] }

async function send(test: TestApp, people: readonly string[], key = test.keys.demo) {
  const events = people.map((user_id) => ({ event_type: 'lesson_opened', user_id }))
  const reply = await call(test, 'POST', '/api/v1/events', events, key)
  return (await reply.json()) as Receipt
}

async function actorsOf({ platform }: TestApp, tenantId = 'default') {
  const { items } = await platform.events.query(tenantId, {}, { limit: 1000 })
  return items.filter(({ type }) => !type.startsWith('nonius.')).map(({ actorId }) => actorId)
}

describe('an erasure', () => {
  it('takes nobody else with it, whoever has a similar id', async () => {
    await using test = await startTestApp()
    await plant(test, neighbours)
    await plant(test, learner, undefined, undefined, [neighbours])
    const done = await erase(test, learnerIds)
    expect(foundAt(done)).toMatchObject({ events: 21, lake: 11, statements: 11, attachments: 1 })
    // Everything of the neighbours is where it was, and would be found.
    const dry = await erase(test, Object.values(neighbours), { dryRun: true })
    // Their second half was archived with the learner's first.
    expect(foundAt(dry)).toEqual({ ...foundAt(done), lake: 21 })
    const again = await erase(test, learnerIds, { dryRun: true })
    expect(Object.values(foundAt(again)).every((count) => count === 0)).toBe(true)
  }, 60_000)

  it('takes ids as they are, whatever characters they have', async () => {
    await using test = await startTestApp()
    const others = oddIds.flatMap(neighboursOf)
    await send(test, [...oddIds, ...others])
    const kept = (await actorsOf(test)).filter((id) => !oddIds.includes(id as never))
    await erase(test, oddIds)
    expect((await actorsOf(test)).toSorted()).toEqual(kept.toSorted())
    expect(kept.length).toBeGreaterThan(oddIds.length)
  }, 60_000)

  it('leaves another tenant with the same learner untouched, to the byte', async () => {
    await using test = await startTestApp()
    const [own, admin] = [
      await test.issue(['events:write', 'state', 'profile', 'all'], 'other'),
      await test.issue(['admin'], 'other'),
    ]
    await plant(test, learner, own, admin, [], 'other')
    await plant(test, learner)
    const seen = async () => {
      const { items } = await test.platform.events.query('other', {}, { limit: 1000 })
      const documents = await test.platform.documents.list('other', [], { limit: 1000 })
      const held = await test.platform.quarantine.summaries('other', { limit: 100 })
      await using lake = openLake(test.config.dataDir)
      const { rows } = await lake.query(
        "SELECT * FROM events WHERE tenant_id = 'other' ORDER BY event_id",
      )
      return JSON.stringify([items, documents.items, held.items, rows], (_, value) =>
        typeof value === 'bigint' ? `${value}` : value,
      )
    }
    const before = await seen()
    expect(before.length).toBeGreaterThan(20_000)
    await erase(test, learnerIds)
    expect(await seen()).toBe(before)
    expect(await test.platform.blobs.list('attachments/other/', 10)).toHaveLength(1)
    expect(await test.platform.blobs.list('attachments/default/', 10)).toEqual([])
  }, 60_000)

  it('keeps who is still sending out, until the tombstones are lifted or the policy says so', async () => {
    await using test = await startTestApp()
    await send(test, ['kim', 'lea'])
    const sending = { isOver: false, receipts: [] as Receipt[] }
    const sender = (async () => {
      while (!sending.isOver) sending.receipts.push(await send(test, ['kim', 'lea']))
    })()
    await erase(test, ['kim'])
    sending.isOver = true
    await sender
    expect(sending.receipts.length).toBeGreaterThan(3)
    expect(sending.receipts.at(-1)).toMatchObject({ withheld: [{ rule: 'erased', count: 1 }] })
    expect(new Set(await actorsOf(test))).toEqual(new Set(['lea']))
    await archiveStored(test.platform)
    expect(foundAt(await erase(test, ['kim'], { dryRun: true }))).toMatchObject({
      ...{ events: 0, lake: 0, quarantine: 0 },
    })
    // Another's event that names them is late, too.
    const naming = { ...anEvent(), membership: { id: 'x:m', type: 'Membership', member: 'kim' } }
    const late = await call(
      test,
      'POST',
      '/caliper/v1p2/events',
      anEnvelope([naming]),
      test.keys.demo,
    )
    expect(await late.json()).toMatchObject({ withheld: [{ rule: 'erased', count: 1 }] })

    const lifted = await call(test, 'POST', '/privacy/tombstones/lift', { actorIds: ['kim'] })
    expect(await lifted.json()).toEqual({ lifted: 1 })
    expect((await send(test, ['kim'])).eventIds).toHaveLength(1)
  }, 60_000)

  it('of 10,000 people is one request', async () => {
    await using test = await startTestApp()
    const people = Array.from({ length: 10_000 }, (_, n) => `https://example.edu/users/${n}`)
    await send(test, [...people.slice(0, 300), 'https://example.edu/users/10000'])
    await archiveStored(test.platform)
    const done = await erase(test, people)
    expect(foundAt(done)).toMatchObject({ events: 300, lake: 300 })
    expect(await actorsOf(test)).toEqual(['https://example.edu/users/10000'])
    expect((await send(test, [people[9999]!])).withheld).toEqual([{ rule: 'erased', count: 1 }])
  }, 120_000)

  it('of somebody who is known by a pseudonym erases that as well, and who stood behind it', async () => {
    await using test = await startTestApp()
    const rule = { name: 'p', then: { personal: 'pseudonymise' } }
    const put = await call(test, 'PUT', '/policies', { version: 0, rules: [rule] })
    expect(put.status).toBeLessThan(300)
    test.clock.advance(5_001)
    await send(test, ['mia', 'noa'])
    const [first] = await actorsOf(test)
    expect(first).toStartWith('urn:nonius:pseudonym:')
    const done = await erase(test, ['mia'])
    expect(foundAt(done)).toMatchObject({ events: 1, pseudonyms: 1 })
    expect(await actorsOf(test)).toHaveLength(1)
  }, 60_000)

  it('removes what waits for webhooks, and what was listed of them', async () => {
    await using test = await startTestApp()
    const { eventIds } = await send(test, ['ole', 'pia'])
    const [first] = eventIds
    await test.platform.deliveries.enqueue([
      aDelivery({ tenantId: 'default', eventIds: [first!] }),
      aDelivery({ tenantId: 'default', eventIds }),
    ])
    expect(foundAt(await erase(test, ['ole']))).toMatchObject({ deliveries: 2 })
    const left = await test.platform.deliveries.take(10, 1000)
    expect(left.map((one) => one.eventIds)).toEqual([[eventIds[1]!]])
  }, 60_000)

  it('takes their items out of requests that wait to be stored', async () => {
    const spill = memoryBlobs()
    let isAway = true
    const away = () => Promise.reject(new StorageError('away', { isRetriable: true }))
    const wrap = (platform: Platform): Platform => ({
      ...platform,
      spill,
      events: {
        ...platform.events,
        append: (...all) => (isAway ? away() : platform.events.append(...all)),
      },
    })
    await using test = await startTestApp({ wrap })
    await send(test, ['quinn', 'rita'])
    await send(test, ['quinn'])
    expect(spill.held.size).toBe(2)
    isAway = false
    expect(foundAt(await erase(test, ['quinn']))).toMatchObject({ spill: 2, events: 0 })
    const [[, bytes]] = [...spill.held] as [[string, Uint8Array]]
    expect(spill.held.size).toBe(1)
    expect(JSON.stringify(await readSpilled(bytes))).not.toContain('quinn')
    const { platform, config, clock, services } = test
    const { governance } = services!
    const needs = { ...platform, governance, blobs: spill, config, clock, log }
    await drainAll(needs as never)
    expect(await actorsOf(test)).toEqual(['rita'])
  }, 60_000)

  it('says which file cannot be read, does all the rest, and fails', async () => {
    let isBroken = false
    const broken = new StorageError('1 file of the lake cannot be read: x.parquet', {
      isRetriable: false,
    })
    const wrap = (platform: Platform): Platform => ({
      ...platform,
      archive: {
        ...platform.archive,
        erase: (...all) => (isBroken ? Promise.reject(broken) : platform.archive.erase!(...all)),
      },
    })
    await using test = await startTestApp({ wrap })
    await send(test, ['sam'])
    await archiveStored(test.platform)
    isBroken = true
    const begun = await beginErasure(test, { subject: { actorIds: ['sam'] } })
    const failed = await whenOver(test, begun.id)
    isBroken = false
    expect(failed).toMatchObject({
      status: 'failed',
      problem: expect.stringContaining('x.parquet'),
    })
    expect(failed.certificate).toBeUndefined()
    expect(await actorsOf(test)).toEqual([])
    expect(foundAt(await erase(test, ['sam']))).toMatchObject({ events: 0, lake: 1 })
  }, 60_000)
})
