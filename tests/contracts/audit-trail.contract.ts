import { describe, expect, it } from 'bun:test'
import { createAuditTrail } from '../../src/audit/create'
import { keyOf } from '../../src/audit/entry'
import type { AuditEntry, AuditTrail } from '../../src/audit/trail'
import type { EventRecord } from '../../src/event/record'
import type { DocumentStore } from '../../src/platform/document-store'
import { createSecretBox } from '../../src/platform/shared/secret-box'
import { silentLog } from '../../src/telemetry/log'
import type { TestClock } from '../support/clock'

export type OpenedForAudit = {
  documents: DocumentStore
  /** Another process's view of the same documents. */
  another: DocumentStore
  clock: TestClock
} & AsyncDisposable

const secretBox = createSecretBox(new Uint8Array(32).fill(5))
const box = async () => secretBox
const changed = { action: 'policy.changed', by: 'key_1', target: 'policy' }

/** Holds what the trail must do over the documents of any platform. */
export function auditTrailContract(name: string, open: () => Promise<OpenedForAudit>) {
  async function start() {
    const opened = await open()
    const stored: EventRecord[] = []
    let isDown = false
    const events = {
      async append(records: readonly EventRecord[]) {
        if (isDown) throw new Error('the store is down')
        return records.map((record) => {
          const held = stored.some(({ eventId }) => eventId === record.eventId)
          if (!held) stored.push(record)
          return { kind: held ? ('duplicate' as const) : ('stored' as const) }
        })
      },
    }
    const { clock } = opened
    const terms = { box, config: { hotTtlDays: 30 }, clock, log: silentLog }
    const trailOver = (documents: DocumentStore, more: object = { events }): AuditTrail =>
      createAuditTrail({ documents, ...terms, ...more })
    return {
      ...opened,
      ...{ stored, trailOver, trail: trailOver(opened.documents) },
      down: (down: boolean) => {
        isDown = down
      },
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    }
  }

  const all = async (trail: AuditTrail, tenantId = 'school') =>
    (await trail.list(tenantId, { limit: 1000 })).items.toReversed()

  describe(`the audit trail over ${name}`, () => {
    it('counts entries from 1, each after the one before it', async () => {
      await using test = await start()
      const first = await test.trail.append('school', { ...changed, details: { version: 1 } })
      const second = await test.trail.append('school', { action: 'key.created', by: 'key_2' })
      expect([first.sequence, second.sequence]).toEqual([1, 2])
      expect(first).toMatchObject({ ...changed, details: { version: 1 }, previous: '0'.repeat(64) })
      expect(second.previous).toBe(first.hash)
      expect(await all(test.trail)).toEqual([first, second])
      expect(await test.trail.verify('school')).toEqual({
        ...{ entries: 2, first: 1, last: 2, hash: second.hash },
      })
    })

    it('keeps tenants apart, and shows none of one to another', async () => {
      await using test = await start()
      await test.trail.append('1', changed)
      await test.trail.append('10', { action: 'key.created', by: 'b' })
      expect((await all(test.trail, '1')).map(({ action }) => action)).toEqual(['policy.changed'])
      expect((await all(test.trail, '10')).map(({ sequence }) => sequence)).toEqual([1])
      expect(await all(test.trail, 'none')).toEqual([])
      expect(await test.trail.verify('none')).toMatchObject({ entries: 0, first: 0, last: 0 })
    })

    it('takes entries of several processes at once without losing one', async () => {
      await using test = await start()
      const trails = [test.trail, test.trailOver(test.another)]
      const appended = await Promise.all(
        Array.from({ length: 30 }, (_, at) =>
          trails[at % 2]!.append('school', { ...changed, details: { at } }),
        ),
      )
      const sequences = appended.map(({ sequence }) => sequence).sort((a, b) => a - b)
      expect(sequences).toEqual(Array.from({ length: 30 }, (_, at) => at + 1))
      expect(await test.trail.verify('school')).toMatchObject({ entries: 30, last: 30 })
      expect(await test.trail.verify('school')).not.toHaveProperty('fault')
      const kept = (await all(test.trail)).map(({ details }) => details.at)
      expect(kept.toSorted()).toEqual(Array.from({ length: 30 }, (_, at) => at).toSorted())
    })

    it('finds by action, by whom, to what and when, page by page', async () => {
      await using test = await start()
      for (let at = 0; at < 5; at += 1) {
        await test.trail.append('school', { action: `key.${at}`, by: `by${at % 2}`, target: 't' })
        test.clock.advance(1000)
      }
      const entries = await all(test.trail)
      const found = async (filter: object) =>
        (await test.trail.list('school', { limit: 10 }, filter)).items.map(({ action }) => action)
      expect(await found({ action: 'key.3' })).toEqual(['key.3'])
      expect(await found({ action: 'key.*', by: 'by1' })).toEqual(['key.3', 'key.1'])
      expect(await found({ action: 'ke.*' })).toEqual([])
      expect(await found({ target: 'other' })).toEqual([])
      expect(await found({ from: entries[2]!.at, to: entries[4]!.at })).toEqual(['key.3', 'key.2'])
      const first = await test.trail.list('school', { limit: 2 })
      const second = await test.trail.list('school', { limit: 2, cursor: first.nextCursor })
      const third = await test.trail.list('school', { limit: 2, cursor: second.nextCursor })
      const paged = [first, second, third].flatMap(({ items }) => items)
      expect(paged).toEqual(entries.toReversed())
      expect(third.nextCursor).toBeUndefined()
      const forged = test.trail.list('school', { limit: 2, cursor: '-1 OR 1=1' })
      expect(forged).rejects.toMatchObject({ code: 'invalid_cursor' })
    })

    it('keeps what is hostile as it is', async () => {
      await using test = await start()
      const odd = '\0\ud83d%_*"\'; DROP TABLE documents; --\u2028'
      const entry = await test.trail.append('school', {
        action: odd,
        by: odd,
        target: odd,
        details: { [odd]: odd, __proto__: 1, n: 1e21 },
      })
      expect(entry.target).toBe(odd)
      expect(await all(test.trail)).toEqual([JSON.parse(JSON.stringify(entry))])
      expect(await test.trail.verify('school')).not.toHaveProperty('fault')
    })

    it('shortens details that are no entry any more', async () => {
      await using test = await start()
      const details = { text: 'x'.repeat(20_000) }
      const entry = await test.trail.append('school', { ...changed, details })
      expect(entry.details).toEqual({
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        bytes: 20_011,
      })
    })

    describe('that somebody changed by hand', () => {
      async function tampered(
        change: (test: Awaited<ReturnType<typeof start>>) => Promise<unknown>,
      ) {
        await using test = await start()
        for (let at = 1; at <= 4; at += 1) {
          await test.trail.append('school', { ...changed, details: { at } })
        }
        await change(test)
        return (await test.trailOver(test.another).verify('school')).fault
      }
      type Test = Awaited<ReturnType<typeof start>>
      async function rewrite(
        { documents }: Test,
        sequence: number,
        edit: (e: AuditEntry) => object,
      ) {
        const document = await documents.get('school', keyOf(sequence))
        const entry = JSON.parse(Buffer.from(document!.bytes).toString()) as AuditEntry
        const bytes = Buffer.from(JSON.stringify(edit(entry)))
        await documents.put('school', keyOf(sequence), { bytes, contentType: 'application/json' })
      }

      const rows: [what: string, change: (test: Test) => Promise<unknown>, fault: object][] = [
        [
          'a word of an entry',
          (test) => rewrite(test, 2, (entry) => ({ ...entry, by: 'somebody else' })),
          { kind: 'altered', sequence: 2 },
        ],
        [
          'a member that was put in',
          (test) => rewrite(test, 3, (entry) => ({ ...entry, note: 'nothing happened' })),
          { kind: 'altered', sequence: 3 },
        ],
        [
          'bytes that are no entry',
          ({ documents }) =>
            documents.put('school', keyOf(1), { bytes: Buffer.from('{'), contentType: 'a/b' }),
          { kind: 'altered', sequence: 1 },
        ],
        [
          'an entry that was taken out',
          ({ documents }) => documents.delete('school', keyOf(2)),
          { kind: 'removed', sequence: 2 },
        ],
        [
          'the first',
          ({ documents }) => documents.delete('school', keyOf(1)),
          { kind: 'removed', sequence: 1 },
        ],
        [
          'the last two',
          async ({ documents }) => {
            await documents.delete('school', keyOf(4))
            await documents.delete('school', keyOf(3))
          },
          { kind: 'removed', sequence: 3 },
        ],
        [
          'the last and the head',
          async ({ documents }) => {
            await documents.delete('school', keyOf(4))
            await documents.delete('school', ['audit-head'])
          },
          { kind: 'removed', sequence: 4 },
        ],
        [
          'an entry that was put behind',
          async (test) => {
            const document = await test.documents.get('school', keyOf(4))
            await test.documents.put('school', keyOf(5), document!)
            await rewrite(test, 5, (entry) => ({ ...entry, sequence: 5, previous: entry.hash }))
          },
          { kind: 'added', sequence: 5 },
        ],
        [
          'something that is no entry',
          ({ documents }) =>
            documents.put('school', ['audit', 'x'], {
              bytes: Buffer.from('x'),
              contentType: 'a/b',
            }),
          { kind: 'added', sequence: 5 },
        ],
        [
          'one entry in the place of another',
          async ({ documents }) => {
            const document = await documents.get('school', keyOf(2))
            await documents.put('school', keyOf(3), document!)
          },
          { kind: 'altered', sequence: 3 },
        ],
      ]
      for (const [what, change, fault] of rows) {
        it(`names the entry: ${what}`, async () => {
          expect(await tampered(change)).toMatchObject(fault)
        })
      }

      it('is not made whole by whoever computes all hashes anew', async () => {
        const fault = await tampered(async (test) => {
          const opened = createSecretBox(new Uint8Array(32).fill(6))
          const { documents } = test
          const forger = test.trailOver(documents, { box: async () => opened })
          await documents.deletePrefix('school', ['audit'])
          await documents.delete('school', ['audit-head'])
          for (let at = 1; at <= 4; at += 1) await forger.append('school', changed)
        })
        expect(fault).toMatchObject({ sequence: 1 })
      })

      it('is not that of another tenant', async () => {
        await using test = await start()
        await test.trail.append('one', changed)
        const document = await test.documents.get('one', keyOf(1))
        await test.documents.put('two', keyOf(1), document!)
        expect((await test.trail.verify('two')).fault).toMatchObject({ kind: 'added', sequence: 1 })
      })
    })

    it('is in the lake as events of its own, once each', async () => {
      await using test = await start()
      const entry = await test.trail.append('school', changed)
      expect(test.stored).toEqual([
        expect.objectContaining({
          ...{ kind: 'entity', tenantId: 'school', sourceId: 'nonius', eventId: entry.id },
          ...{ type: 'nonius.audit.policy.changed', retentionClass: 'standard', category: 'audit' },
          ...{ actorId: 'key_1', objectId: 'policy', eventTime: entry.at },
        }),
      ])
      expect(JSON.parse(test.stored[0]!.raw).payload).toEqual(entry)
    })

    it('brings into the lake what could not be brought there, with the next entry or when asked', async () => {
      await using test = await start()
      test.down(true)
      const [one, two] = [
        await test.trail.append('school', changed),
        await test.trail.append('school', changed),
      ]
      // A command beside the server has no store at all.
      const offline = test.trailOver(test.another, {})
      const three = await offline.append('school', { ...changed, by: 'operator' })
      expect(test.stored).toEqual([])
      test.down(false)
      const four = await test.trailOver(test.documents).append('school', changed)
      const ids = () => test.stored.map(({ eventId }) => eventId)
      expect(ids()).toEqual([one, two, three, four].map(({ id }) => id))
      const five = await offline.append('school', changed)
      await test.trailOver(test.documents).catchUp('school')
      expect(ids().at(-1)).toBe(five.id)
      expect(ids()).toHaveLength(5)
    })

    it('goes on where a process died between an entry and the head', async () => {
      await using test = await start()
      const { documents } = test
      const dying: DocumentStore = {
        ...documents,
        put: async (...put) => {
          const isHead = put[1][0] === 'audit-head'
          if (isHead && put[3] !== undefined && 'ifMatch' in put[3]) throw new Error('killed')
          return documents.put(...put)
        },
      }
      const entry = await test.trailOver(dying, {}).append('school', changed)
      expect(await test.trail.verify('school')).not.toHaveProperty('fault')
      const next = await test.trail.append('school', changed)
      expect(next.previous).toBe(entry.hash)
      expect(test.stored.map(({ eventId }) => eventId)).toEqual([entry.id, next.id])
      expect(await test.trail.verify('school')).not.toHaveProperty('fault')
    })

    it('writes what is noted once a minute for each that is alike, and at the end', async () => {
      await using test = await start()
      const read = (count: number, more = {}) => ({
        ...{ action: 'data.read', by: 'key_1', target: 'GET /events' },
        details: { count, fields: 'raw', ...more },
      })
      const { trail } = test
      const noted = async () =>
        (await all(trail)).map(({ by, details: { count, times } }) => [by, count, times])
      trail.note('school', read(3))
      trail.note('school', read(4))
      trail.note('school', { ...read(1), by: 'key_2' })
      trail.note('other', read(9))
      expect(await noted()).toEqual([])
      await trail.settle()
      expect(await noted()).toEqual([
        ['key_1', 7, 2],
        ['key_2', 1, 1],
      ])
      trail.note('school', read(5))
      await trail.settle()
      expect(await noted()).toHaveLength(2)
      test.clock.advance(60_000)
      trail.note('school', read(5))
      await trail.settle()
      expect((await noted()).at(-1)).toEqual(['key_1', 10, 2])
      trail.note('school', read(1))
      await trail[Symbol.asyncDispose]()
      expect((await noted()).at(-1)).toEqual(['key_1', 1, 1])
      expect(await all(trail, 'other')).toHaveLength(1)
    })

    it('loses no note while its documents are down', async () => {
      await using test = await start()
      let isDown = true
      const { documents } = test
      const flaky: DocumentStore = {
        ...documents,
        put: async (...put) => {
          if (isDown) throw new Error('down')
          return documents.put(...put)
        },
      }
      const trail = test.trailOver(flaky)
      trail.note('school', { action: 'data.read', by: 'k', details: { count: 1 } })
      await trail.settle()
      trail.note('school', { action: 'data.read', by: 'k', details: { count: 2 } })
      isDown = false
      await trail.settle()
      expect((await all(trail)).map(({ details }) => details)).toEqual([{ count: 3, times: 2 }])
    })

    it('forgets what is older than it may be, and is whole all the same', async () => {
      await using test = await start()
      for (let at = 0; at < 3; at += 1) await test.trail.append('school', changed)
      test.clock.advance(1000)
      const before = test.clock.now()
      const last = await test.trail.append('school', changed)
      expect(await test.trail.forget('school', before)).toEqual({ removed: 3 })
      expect(await all(test.trail)).toEqual([last])
      const whole = { entries: 1, first: 4, last: 4, hash: last.hash }
      expect(await test.trailOver(test.another).verify('school')).toEqual(whole)
      test.clock.advance(1000)
      // The last stays, for the next to follow it.
      expect(await test.trail.forget('school', test.clock.now())).toEqual({ removed: 0 })
      await test.trail.append('school', changed)
      expect(await test.trail.verify('school')).toMatchObject({ entries: 2, first: 4, last: 5 })
    })
  })
}
