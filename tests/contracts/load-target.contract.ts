import { describe, expect, it } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { EventRecord } from '../../src/event/record'
import type { Archive } from '../../src/platform/archive'
import type { Erasure } from '../../src/platform/erasure'
import type { Loaded, LoadNeeds } from '../../src/platform/local/load/load'
import { loadOnce, type TargetPlace } from '../../src/platform/local/load/open'
import type { Settlement } from '../../src/platform/settlement'
import { aBatch, aRecord } from '../support/records'

export interface LoadBench extends AsyncDisposable {
  dataDir: string
  archive: Pick<Archive, 'write'> & {
    erase(tenantId: string, erasure: Erasure): Promise<unknown>
  }
  settlement: Settlement
  place: TargetPlace
  /** Asks the target. */
  rows(sql: string): Promise<unknown[][]>
}

// Each day that is settled starts a process.
const PATIENCE_MS = 60_000
const KEPT = { standard: 2555, sensitive: 1095, pii: 365, system: 365 }
const on = (day: string, more: Partial<EventRecord> = {}) =>
  aRecord({ receivedAt: `2026-11-${day}T09:30:00.000Z`, ...more })
const nothing = { made: [], inserted: 0, changed: 0, removed: 0, files: 0 }
const idsOf = (records: readonly EventRecord[]) => records.map(({ eventId }) => eventId).toSorted()

export async function loadFrom(
  { dataDir, place }: Pick<LoadBench, 'dataDir' | 'place'>,
  needs: Partial<LoadNeeds> = {},
): Promise<Loaded> {
  const given = { tenantId: 'default', lakeId: 'this one', isDryRun: false, ...needs }
  return loadOnce(place, { dataDir, ...given })
}

/** A target of loads promises this. */
export function loadTargetContract(name: string, create: () => Promise<LoadBench>) {
  async function ids({ rows }: LoadBench, where = 'true') {
    const found = await rows(`SELECT event_id FROM nonius.events WHERE ${where} ORDER BY event_id`)
    return found.map(([id]) => String(id))
  }

  describe(`${name} keeps the promises of a target of loads`, () => {
    it(
      'has each event once, brings what is new, and reads no file twice',
      async () => {
        await using at = await create()
        const [one, two, late] = [on('15'), on('16'), on('15')]
        await at.archive.write(aBatch('a', [one, { ...one, receivedAt: two.receivedAt }]))
        await at.archive.write(aBatch('b', [two]))
        expect(await loadFrom(at)).toEqual({
          made: ['table nonius.events'],
          inserted: 2,
          changed: 0,
          removed: 0,
          files: 3,
        })
        expect(await ids(at)).toEqual(idsOf([one, two]))
        expect(await loadFrom(at)).toEqual(nothing)
        await at.archive.write(aBatch('c', [late]))
        await at.archive.write(aBatch('d', [{ ...late, actorName: 'again' }]))
        expect(await loadFrom(at)).toMatchObject({ inserted: 1, files: 2 })
        expect(await ids(at, `day = '2026-11-15'`)).toEqual(idsOf([one, late]))
      },
      PATIENCE_MS,
    )

    it(
      'follows what is settled, moved to another day, erased and kept for long enough',
      async () => {
        await using at = await create()
        const ada = 'mailto:ada@example.edu'
        const [first, second, hers, pii] = [
          on('15'),
          on('16'),
          on('15', { actorId: ada, raw: JSON.stringify({ actor: { id: ada } }) }),
          on('16', { retentionClass: 'pii' }),
        ]
        // A copy came later in an older day: of the two, the one that is settled first stays.
        const copy = { ...second, receivedAt: '2026-11-15T23:00:00.000Z' }
        await at.archive.write(aBatch('a', [second, pii]))
        expect(await loadFrom(at)).toMatchObject({ inserted: 2 })
        await at.archive.write(aBatch('b', [first, hers, copy]))
        expect(await loadFrom(at)).toMatchObject({ inserted: 2 })
        expect(await ids(at, `day = '2026-11-16'`)).toEqual(idsOf([second, pii]))

        await at.settlement.settle({ until: '2026-11-18' })
        expect(await loadFrom(at)).toMatchObject({ inserted: 0, changed: 1, removed: 0 })
        expect(await ids(at, `day = '2026-11-15'`)).toEqual(idsOf([first, hers, second]))
        expect(await ids(at)).toEqual(idsOf([first, hers, second, pii]))

        await at.archive.erase('default', { actorIds: [ada] })
        expect(await loadFrom(at)).toMatchObject({ inserted: 0, removed: 1 })
        expect(await ids(at)).toEqual(idsOf([first, second, pii]))

        await at.settlement.expire(new Date('2028-01-01T00:00:00.000Z'), async () => KEPT)
        expect(await loadFrom(at)).toMatchObject({ inserted: 0, removed: 1 })
        expect(await ids(at)).toEqual(idsOf([first, second]))
        expect(await loadFrom(at)).toMatchObject({ files: 0 })
      },
      PATIENCE_MS,
    )

    it(
      'has nothing of whoever was anonymised, whose events come again under their ids',
      async () => {
        await using at = await create()
        const ada = 'mailto:ada@example.edu'
        const hers = on('15', { actorId: ada, raw: JSON.stringify({ actor: { id: ada } }) })
        const others = [on('15'), on('16', { raw: JSON.stringify({ object: { id: ada } }) })]
        await at.archive.write(aBatch('a', [hers, ...others]))
        await loadFrom(at)
        await at.archive.erase('default', { actorIds: [ada] })
        const without = { actorId: 'urn:nonius:anonymous', raw: '{"actor":{}}' }
        await at.archive.write(aBatch('b', [{ ...hers, ...without }]))
        // The copy of the other comes on another day than that on which it was.
        const moved = { ...others[1]!, raw: '{"object":{}}', receivedAt: hers.receivedAt }
        await at.archive.write(aBatch('c', [moved]))
        expect(await loadFrom(at)).toMatchObject({ inserted: 0, changed: 2, removed: 0 })
        expect(await ids(at)).toEqual(idsOf([hers, ...others]))
        expect(await ids(at, `raw LIKE '%ada%' OR actor_id LIKE '%ada%'`)).toEqual([])
        expect(await loadFrom(at)).toEqual(nothing)
      },
      PATIENCE_MS,
    )

    it(
      'keeps every value, hostile ones too',
      async () => {
        await using at = await create()
        const odd = `tab\t line\nreturn\r back\\slash \\N \\. quote' "double" {a,b} 😀 \u0001`
        const record = on('15', {
          ...{ actorId: odd, actorName: '\\N', objectName: ' ', groupId: undefined },
          ...{ membershipRoles: ['a,b', '{}', '"', '\\', '', odd], issueCodes: [] },
          ...{ score: 0.1, maxScore: 1e300, durationMs: -0.5, success: false, skewMs: 1 - 2 ** 53 },
          ...{ eventTime: '0001-01-01T00:00:00.000Z', sendTime: '9999-12-31T23:59:59.999Z' },
          raw: JSON.stringify({ odd, half: '\ud800' }),
        })
        const other = on('15', { tenantId: "o'ther", eventId: record.eventId })
        await at.archive.write(aBatch('a', [record, other]))
        expect(await loadFrom(at)).toMatchObject({ inserted: 1 })
        const [row] =
          await at.rows(`SELECT actor_id, actor_name, object_name, group_id, score, max_score,
          duration_ms, success, skew_ms, coalesce(raw_exact, raw) FROM nonius.events`)
        expect(row?.map((value) => (typeof value === 'bigint' ? Number(value) : value))).toEqual([
          ...[odd, '\\N', ' ', null, 0.1, 1e300, -0.5, false, 1 - 2 ** 53, record.raw],
        ])
        const roles = await at.rows('SELECT unnest(membership_roles) FROM nonius.events')
        expect(roles.flat()).toEqual(record.membershipRoles!)
        const times =
          await at.rows(`SELECT extract(year FROM event_time)::int, extract(year FROM send_time)::int,
          extract(hour FROM send_time AT TIME ZONE 'UTC')::int FROM nonius.events`)
        expect(times.flat().map(Number)).toEqual([1, 9999, 23])

        expect(await loadFrom(at, { tenantId: "o'ther" })).toMatchObject({ inserted: 1 })
        expect(await ids(at)).toEqual([record.eventId, record.eventId])
      },
      PATIENCE_MS,
    )

    it(
      'tells ids apart that differ in a NUL, or are long',
      async () => {
        await using at = await create()
        const long = 'x'.repeat(2047)
        const eventIds = [`a\0b`, 'a\ufffdb', 'ab', `${long}1`, `${long}2`]
        const records = eventIds.map((eventId) => on('15', { eventId }))
        await at.archive.write(aBatch('a', records))
        expect(await loadFrom(at)).toMatchObject({ inserted: 5 })
        expect(await at.rows('SELECT count(*)::int FROM nonius.events')).toEqual([[5]])
      },
      PATIENCE_MS,
    )

    it(
      'adds the columns that an earlier version did not have, and leaves those of others alone',
      async () => {
        await using at = await create()
        await at.archive.write(aBatch('a', [on('15')]))
        await loadFrom(at)
        await at.rows('ALTER TABLE nonius.events DROP COLUMN sample_rate')
        await at.rows('ALTER TABLE nonius.events ADD COLUMN ours integer')
        await at.archive.write(aBatch('b', [on('15', { sampleRate: 0.5 })]))
        expect((await loadFrom(at, { isDryRun: true })).made).toEqual(['column sample_rate'])
        expect(await loadFrom(at)).toMatchObject({ made: ['column sample_rate'], inserted: 1 })
        const seen = await at.rows(
          'SELECT sample_rate, ours FROM nonius.events ORDER BY sample_rate NULLS FIRST',
        )
        expect(seen).toEqual([
          [null, null],
          [0.5, null],
        ])
      },
      PATIENCE_MS,
    )

    it(
      'changes nothing in a dry run',
      async () => {
        await using at = await create()
        await at.archive.write(aBatch('a', [on('15'), on('15')]))
        const dry = { isDryRun: true }
        const would = { ...nothing, made: ['table nonius.events'], inserted: 2, files: 1 }
        expect(await loadFrom(at, dry)).toEqual(would)
        expect(await loadFrom(at, dry)).toEqual(would)
        await loadFrom(at)
        expect(await loadFrom(at, dry)).toEqual(nothing)
      },
      PATIENCE_MS,
    )

    it(
      'refuses another lake, and one that is gone',
      async () => {
        await using at = await create()
        await at.archive.write(aBatch('a', [on('15')]))
        await loadFrom(at)
        await expect(loadFrom(at, { lakeId: 'another' })).rejects.toThrow(/another data folder/)
        rmSync(join(at.dataDir, 'lake', 'events'), { recursive: true })
        await expect(loadFrom(at)).rejects.toThrow(/is empty/)
        expect(await ids(at)).toHaveLength(1)
      },
      PATIENCE_MS,
    )

    it(
      'loads the other days where a file cannot be read, and says which it is',
      async () => {
        await using at = await create()
        const [one, two] = [on('15'), on('16')]
        await at.archive.write(aBatch('a', [one]))
        await at.archive.write(aBatch('b', [two]))
        const hour = 'lake/events/retention_class=standard/day=2026-11-15/hour=10'
        const damaged = join(at.dataDir, hour, 'damaged-0-1z.parquet')
        await Bun.write(damaged, 'PAR1 and nothing else')
        await expect(loadFrom(at)).rejects.toThrow(
          /one day could not be loaded.*2026-11-15 standard/,
        )
        expect(await ids(at)).toEqual(idsOf([two]))
        rmSync(damaged)
        expect(await loadFrom(at)).toMatchObject({ inserted: 1 })
      },
      PATIENCE_MS,
    )

    it(
      'goes back to where it was when it is stopped or fails between, and goes on from there',
      async () => {
        await using at = await create()
        const records = [on('15'), on('16')]
        for (const [n, record] of records.entries()) {
          await at.archive.write(aBatch(`b${n}`, [record]))
        }
        const stop = new AbortController()
        const step = (name: string) => {
          if (name === 'committed') stop.abort(new Error('stopped'))
        }
        await expect(loadFrom(at, { step, signal: stop.signal })).rejects.toThrow('stopped')
        expect(await ids(at)).toEqual(idsOf([records[0]!]))
        const fail = (name: string) => {
          if (name === 'noted') throw new Error('failed')
        }
        await expect(loadFrom(at, { step: fail })).rejects.toThrow('failed')
        expect(await ids(at)).toEqual(idsOf([records[0]!]))
        expect(await loadFrom(at)).toMatchObject({ inserted: 1, files: 1 })
        expect(await ids(at)).toEqual(idsOf(records))
      },
      PATIENCE_MS,
    )
  })
}
