import { describe, expect, it } from 'bun:test'
import { columns } from '../../src/event/columns'
import type { Archive } from '../../src/platform/archive'
import type { AskedLake } from '../support/lake'
import { aBatch, aRecord } from '../support/records'
import { itErasesFromTheLake } from './archive-erasure.contract'

export interface ArchiveAndLake extends AsyncDisposable {
  archive: Archive
  lake: AskedLake
  /** Every object of the lake, by its path below `events/`. */
  list(): Promise<string[]>
}

/** What an archive can, where platforms differ. */
export interface ArchiveTraits {
  /** Whether files stand by when events were received; otherwise by when they were archived. */
  isByReceipt: boolean
  /** Whether an item of any size stands in the lake; otherwise a large one is named there. */
  holdsLarge: boolean
  /** Whether people's records can be taken out again; otherwise it says why not. */
  canErase: boolean
}

/** What every archive promises, seen through SQL over its lake. */
export function archiveContract(
  name: string,
  { isByReceipt, holdsLarge, canErase }: ArchiveTraits,
  create: () => Promise<ArchiveAndLake>,
) {
  const count = async (lake: AskedLake) =>
    Number((await lake.query('SELECT count(*) FROM events')).rows[0]![0])

  describe(`${name} keeps the archive's promises`, () => {
    itErasesFromTheLake(canErase, aBatch, create)

    it('answers SQL before anything is archived', async () => {
      await using at = await create()
      expect(await count(at.lake)).toBe(0)
      const { columns: shown } = await at.lake.query('SELECT * FROM events')
      const names = columns.map((column) => column.name)
      expect(shown.map((column) => column.name)).toEqual([...names, 'day'])
    })

    it('keeps every column, and what was sent to the letter', async () => {
      await using at = await create()
      const record = aRecord({
        membershipRoles: ['Learner', 'Instructor'],
        issueCodes: ['odd'],
        score: 0.1,
        maxScore: 5,
        success: true,
        durationMs: 1500.5,
        occurredAt: '2026-11-15T10:15:00.000Z',
        skewMs: -3,
        sequence: 9_007_199_254_740_991,
        organizationId: 'org_54321',
        eventTimeEnd: '2026-11-16T00:00:00.000Z',
        retentionDays: 2555,
        repair: { by: 'key_2', at: '2026-11-21T10:00:00.000Z', paths: ['/type', '/a~1b/0'] },
        actorName: 'Zoë 🎓 "quoted"\t\u0000 end',
        raw: '{"n":12345678901234567890, "odd":"\\ud800\\u0000","f":1.10,"q":"a,\'b\'"}',
      })
      await at.archive.write(aBatch('one', [record]))
      const result = await at.lake.query('SELECT * FROM events')
      const [row] = result.rows
      for (const [i, { name: column, from }] of columns.entries()) {
        const [outer, inner] = from
        const value = inner
          ? (record[outer] as unknown as Record<string, unknown> | undefined)?.[inner]
          : record[outer]
        // Half a surrogate pair is no JSON to SQL: what was sent stands beside what can be parsed.
        const sent = column === 'raw' ? String(value).replace('\\ud800', '\\ufffd') : value
        const got = row![i]
        if (sent === undefined) expect([column, got]).toEqual([column, null])
        else if (typeof sent === 'number') expect([column, Number(got)]).toEqual([column, sent])
        else expect([column, got]).toEqual([column, sent as never])
      }
    })

    it('says when something had happened also where the record does not', async () => {
      await using at = await create()
      const receivedAt = '2026-11-15T10:15:01.000Z'
      const cases: [eventId: string, eventTime: string, occurred: string, is?: string][] = [
        ['a', '2026-11-15T10:15:00.000Z', '2026-11-15T10:15:00.000Z'],
        ['b', '2027-11-15T10:15:00.000Z', receivedAt],
        ['c', '2027-11-15T10:15:00.000Z', '2026-11-14T00:00:00.000Z', '2026-11-14T00:00:00.000Z'],
      ]
      const records = cases.map(([eventId, eventTime, _, occurredAt]) =>
        aRecord({ eventId, eventTime, receivedAt, ...(occurredAt && { occurredAt }) }),
      )
      await at.archive.write(aBatch('when', records))
      const sql = 'SELECT event_id, event_time, occurred_at FROM events ORDER BY event_id'
      const { rows } = await at.lake.query(sql)
      expect(rows).toEqual(
        cases.map(([eventId, eventTime, occurred]) => [eventId, eventTime, occurred]),
      )
    })

    it('keeps separators and control characters in every text', async () => {
      await using at = await create()
      const odd = 'a\tb\nc\rd\u0001e\u001ff\u0001tg'
      const record = aRecord({
        eventId: odd,
        actorName: odd,
        membershipRoles: [odd, 'x'],
        server: { requestId: 'r', userAgent: odd },
      })
      await at.archive.write(aBatch('odd', [record]))
      const { rows } = await at.lake.query(
        'SELECT event_id, actor_name, membership_roles, server_user_agent, issue_codes FROM events',
      )
      expect(rows).toEqual([[odd, odd, [odd, 'x'], odd, []]])
    })

    it('places records by retention class, day and hour of receipt', async () => {
      await using at = await create()
      await at.archive.write(
        aBatch('many', [
          aRecord({ receivedAt: '2026-11-15T09:59:59.999Z' }),
          aRecord({ receivedAt: '2026-11-15T10:00:00.000Z' }),
          aRecord({ receivedAt: '2026-11-15T10:00:00.001Z', retentionClass: 'pii' }),
        ]),
      )
      const folders = (await at.list()).map((path) => path.split('/').slice(0, 3).join('/'))
      if (isByReceipt) {
        expect(folders.toSorted()).toEqual([
          'retention_class=pii/day=2026-11-15/hour=10',
          'retention_class=standard/day=2026-11-15/hour=09',
          'retention_class=standard/day=2026-11-15/hour=10',
        ])
      } else {
        const [pii, standard] = [...new Set(folders)].toSorted()
        expect(pii).toMatch(/^retention_class=pii\/day=\d{4}-\d\d-\d\d\/hour=\d\d$/)
        expect(standard).toMatch(/^retention_class=standard\/day=\d{4}-\d\d-\d\d\/hour=\d\d$/)
      }
      expect((await at.list()).every((path) => path.endsWith('.parquet'))).toBe(true)
      expect(await count(at.lake)).toBe(3)
      const { rows } = await at.lake.query('SELECT DISTINCT day FROM events ORDER BY day')
      const days = new Set(folders.map((path) => path.split('/')[1]!.replace('day=', '')))
      expect(rows).toEqual([...days].toSorted().map((day) => [day]))
    })

    it('adds nothing that is seen when a batch is written again', async () => {
      await using at = await create()
      const batch = aBatch('same', [aRecord(), aRecord()])
      await at.archive.write(batch)
      await at.archive.write(batch)
      await at.archive.write(aBatch('next', [aRecord()]))
      expect(await count(at.lake)).toBe(3)
    })

    it('is not held up by a value that its column cannot hold', async () => {
      await using at = await create()
      const bad = aRecord({ eventTime: 'yesterday', sequence: 2 ** 70, score: Number.NaN })
      await at.archive.write(aBatch('bad', [aRecord(), bad]))
      const { rows } = await at.lake.query(
        `SELECT event_time, sequence, score FROM events WHERE event_id = '${bad.eventId}'`,
      )
      expect(rows).toEqual([[null, null, null]])
      expect(await count(at.lake)).toBe(2)
    })

    it('takes events of several megabytes', async () => {
      await using at = await create()
      const raw = JSON.stringify({ body: 'x'.repeat(5_000_000) })
      const large = aRecord({ raw })
      await at.archive.write(aBatch('large', [aRecord(), large, aRecord()]))
      const { rows } = await at.lake.query(
        `SELECT raw FROM events WHERE event_id = '${large.eventId}'`,
      )
      if (holdsLarge) expect(rows).toEqual([[raw]])
      else expect(JSON.parse(String(rows[0]![0]))).toHaveProperty('tooLargeForTheLake.blob')
      expect(await count(at.lake)).toBe(3)
    })

    it('says what is wrong with SQL in a sentence', async () => {
      await using at = await create()
      const error = await at.lake.query('SELECT nothing FROM events').catch((thrown) => thrown)
      expect(error.code).toBe('invalid_request')
      expect(error.message).toContain('nothing')
    })
  })
}
