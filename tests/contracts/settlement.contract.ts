import { describe, expect, it } from 'bun:test'
import type { EventRecord } from '../../src/event/record'
import type { Settlement } from '../../src/platform/settlement'
import { aBatch, aRecord } from '../support/records'
import type { ArchiveAndLake } from './archive.contract'

export interface SettlingLake extends ArchiveAndLake {
  settlement: Settlement
}

// Each day that is settled starts a process.
const PATIENCE_MS = 60_000

const KEPT = { standard: 2555, sensitive: 1095, pii: 365, system: 365 }
const on = (day: string, more: Partial<EventRecord> = {}) =>
  aRecord({ receivedAt: `2026-11-${day}T09:30:00.000Z`, ...more })

/**
 * A settled lake promises this, seen through SQL over the view `events`.
 * @param isByReceipt whether files stand by when events were received; the rest needs days of arrival
 */
export function settlementContract(name: string, create: () => Promise<SettlingLake>) {
  async function ids({ lake }: SettlingLake, where = 'true') {
    const { rows } = await lake.query(
      `SELECT event_id FROM events WHERE ${where} ORDER BY event_id`,
    )
    return rows.map(([id]) => String(id))
  }
  const idsOf = (records: EventRecord[]) => records.map(({ eventId }) => eventId).toSorted()

  describe(`${name} keeps the promises of a settled lake`, () => {
    it(
      'has nothing to settle in a lake without days',
      async () => {
        await using at = await create()
        expect(await at.settlement.settle({ until: '2026-11-28' })).toEqual({
          days: [],
          isDone: true,
        })
        expect(await at.settlement.state()).toEqual({ waiting: 0 })
        expect(await at.settlement.expire(new Date(), async () => KEPT)).toEqual({ removed: 0 })
      },
      PATIENCE_MS,
    )

    it(
      'settles closed days, the oldest first, and changes nothing that is read',
      async () => {
        await using at = await create()
        const records = [
          on('16', { actorId: 'bob', courseId: 'b' }),
          on('15', {
            actorId: 'zoe',
            raw: '{"half":"\\ud800"}',
            membershipRoles: ['Learner', 'x'],
          }),
          on('15', { actorId: 'ada', retentionClass: 'pii' }),
          on('15', { actorId: 'ada', score: 0.1, retentionDays: 4000 }),
          on('17'),
        ]
        for (const [n, record] of records.entries()) {
          await at.archive.write(aBatch(`b${n}`, [record]))
        }
        const everything = 'SELECT * FROM events ORDER BY event_id'
        const before = await at.lake.query(everything)
        expect((await at.settlement.state()).waiting).toBe(4)
        const told: string[] = []
        const { days, isDone } = await at.settlement.settle({
          until: '2026-11-17',
          onDay: ({ day }) => told.push(day),
        })
        expect(isDone).toBe(true)
        expect(told).toEqual(['2026-11-15', '2026-11-15', '2026-11-16'])
        expect(days).toHaveLength(3)
        expect(days).toContainEqual({
          retentionClass: 'standard',
          day: '2026-11-15',
          rows: 2,
          copies: 0,
          filesBefore: 2,
          filesAfter: 1,
        })
        expect(await at.lake.query(everything)).toEqual(before)
        expect(await ids(at, `day = '2026-11-15'`)).toHaveLength(3)
        expect(await ids(at, `day = '2026-11-15' AND retention_class = 'pii'`)).toHaveLength(1)
        expect(await at.settlement.state()).toEqual({ settledThrough: '2026-11-16', waiting: 1 })
        expect(await at.settlement.settle({ until: '2026-11-17' })).toEqual({
          days: [],
          isDone: true,
        })
      },
      PATIENCE_MS,
    )

    it(
      'keeps each event once, wherever its copies are',
      async () => {
        await using at = await create()
        const [twice, nextDay, once, late] = [on('15'), on('15'), on('15'), on('16')]
        const otherTenant = { ...nextDay, tenantId: 'other' }
        const first = { ...twice, receivedAt: '2026-11-15T08:00:00.000Z', actorName: 'first' }
        const again = { ...nextDay, receivedAt: '2026-11-16T00:00:00.000Z' }
        await at.archive.write(aBatch('one', [twice, nextDay, otherTenant]))
        await at.archive.write(aBatch('two', [first, once]))
        await at.archive.write(aBatch('three', [late, again]))
        const { days } = await at.settlement.settle({ until: '2026-11-18' })
        expect(days.map(({ rows, copies }) => [rows, copies])).toEqual([
          [4, 1],
          [1, 1],
        ])
        expect(await ids(at)).toEqual(idsOf([twice, nextDay, otherTenant, once, late]))
        const { rows } = await at.lake.query(
          `SELECT actor_name FROM events WHERE event_id = '${twice.eventId}'`,
        )
        expect(rows).toEqual([['first']])
        // It comes again in an older day than that in which it is settled, and in another class.
        const older = { ...late, receivedAt: '2026-11-15T23:00:00.000Z' }
        await at.archive.write(aBatch('four', [older, { ...late, retentionClass: 'pii' }]))
        const { days: later } = await at.settlement.settle({ until: '2026-11-18' })
        expect(later.map(({ copies }) => copies)).toEqual([1, 1])
        expect(await ids(at, `event_id = '${late.eventId}'`)).toHaveLength(1)
      },
      PATIENCE_MS,
    )

    it(
      'settles again a day in which more has landed',
      async () => {
        await using at = await create()
        const records = [on('15'), on('15'), on('15')]
        for (const [n, record] of records.entries()) {
          await at.archive.write(aBatch(`b${n}`, [record]))
          expect((await at.settlement.settle({ until: '2026-11-16' })).days).toMatchObject([
            { rows: n + 1, filesAfter: 1 },
          ])
        }
        expect(await ids(at)).toEqual(idsOf(records))
      },
      PATIENCE_MS,
    )

    it(
      'takes a batch that comes again after its day was settled for what it is',
      async () => {
        await using at = await create()
        const batch = aBatch('same', [on('15'), on('15'), on('16')])
        await at.archive.write(batch)
        await at.settlement.settle({ until: '2026-11-18' })
        await at.archive.write(batch)
        expect(await ids(at)).toHaveLength(3)
        expect((await at.settlement.state()).waiting).toBe(0)
      },
      PATIENCE_MS,
    )

    it(
      'begins no further day after so long, and goes on the next time',
      async () => {
        await using at = await create()
        await at.archive.write(aBatch('one', [on('15'), on('16')]))
        expect(await at.settlement.settle({ until: '2026-11-18', maxMs: -1 })).toEqual({
          days: [],
          isDone: false,
        })
        const stopped = AbortSignal.abort()
        expect(await at.settlement.settle({ until: '2026-11-18', signal: stopped })).toEqual({
          days: [],
          isDone: false,
        })
        expect((await at.settlement.settle({ until: '2026-11-18' })).days).toHaveLength(2)
      },
      PATIENCE_MS,
    )

    it(
      'removes what was kept for as long as its class is, or its sender asked, by tenant',
      async () => {
        await using at = await create()
        const records = {
          stays: on('15'),
          shorter: on('15', { retentionDays: 1 }),
          longer: on('15', { retentionDays: 1e12, retentionClass: 'pii' }),
          other: on('15', { tenantId: 'other', retentionClass: 'pii' }),
          later: on('17', { retentionClass: 'pii' }),
        }
        await at.archive.write(aBatch('one', Object.values(records)))
        await at.settlement.settle({ until: '2026-11-16' })
        const now = new Date('2026-11-20T00:00:00.000Z')
        const keptDays = async (tenantId: string) => ({
          ...KEPT,
          pii: tenantId === 'other' ? 5 : 4,
        })
        const expire = (isDryRun: boolean) => at.settlement.expire(now, keptDays, { isDryRun })
        expect(await expire(true)).toEqual({ removed: 2 })
        expect(await ids(at)).toHaveLength(5)
        expect(await expire(false)).toEqual({ removed: 2 })
        const { stays, other, later } = records
        expect(await ids(at)).toEqual(idsOf([stays, other, later]))
        expect(await expire(false)).toEqual({ removed: 0 })
        const much = new Date('2037-01-01T00:00:00.000Z')
        expect(await at.settlement.expire(much, keptDays)).toEqual({ removed: 3 })
        expect(await ids(at)).toEqual([])
      },
      PATIENCE_MS,
    )

    it(
      'brings nothing back that was erased, and takes it again when it is sent again',
      async () => {
        await using at = await create()
        const hers = on('15', { actorId: 'ada', raw: '{"actor":"ada"}' })
        const his = on('15', { actorId: 'bob', raw: '{"actor":"bob"}' })
        await at.archive.write(aBatch('one', [hers, his]))
        await at.settlement.settle({ until: '2026-11-18' })
        if (at.archive.erase === undefined) return
        expect((await at.archive.erase('default', { actorIds: ['ada'] })).removed).toBe(1)
        await at.archive.write(aBatch('two', [on('15', { actorId: 'cy' })]))
        await at.settlement.settle({ until: '2026-11-18' })
        expect(await ids(at, `actor_id = 'ada'`)).toEqual([])
        // Its id is that of an event that was settled, and is there no more.
        await at.archive.write(aBatch('three', [{ ...hers, actorId: 'anonymous' }]))
        await at.settlement.settle({ until: '2026-11-18' })
        expect(await ids(at, `actor_id = 'anonymous'`)).toEqual([hers.eventId])
      },
      PATIENCE_MS,
    )
  })
}
