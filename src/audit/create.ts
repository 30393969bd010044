import type { Clock } from '../platform/clock'
import { type DocumentStore, etagOf } from '../platform/document-store'
import type { EventStore } from '../platform/event-store'
import type { SecretBox } from '../platform/secret-box'
import type { Log } from '../telemetry/log'
import {
  ENTRIES,
  entryAfter,
  type KeptEntry,
  keyOf,
  type Link,
  readEntry,
  shownEntry,
} from './entry'
import { createHeads } from './head'
import { createList } from './list'
import { createNotes } from './notes'
import { recordOf } from './record'
import type { Audited, AuditTrail } from './trail'
import { createVerify } from './verify'

export interface AuditNeeds {
  documents: Pick<DocumentStore, 'get' | 'put' | 'list' | 'delete'>
  /** Seals entries, so that nobody makes one who can only write documents. */
  box(): Promise<SecretBox>
  /**
   * Takes entries as events of Nonius, for the lake. Left out, as in a command beside a server, whoever
   * appends next with a store brings them there.
   */
  events?: Pick<EventStore, 'append'> | undefined
  config: { hotTtlDays: number }
  clock: Clock
  log: Log
  /** Notes are written without being asked for. Left out, as on AWS, whoever noted settles. */
  hasTimer?: boolean
}

// So many entries come into the lake at a time, of those that were left behind: one commit.
const RECORDED_AT_ONCE = 200
// So many places are remembered: beyond it they are read again.
const MAX_PLACES = 10_000
// An entry and its head are removed in some milliseconds; a call is short beside other work.
const FORGOTTEN_AT_ONCE = 500

/** Makes the trail over the documents of either platform; several processes may append at once. */
export function createAuditTrail(needs: AuditNeeds): AuditTrail {
  const { documents, box, events, config, clock, log } = needs
  const heads = createHeads({ documents, box })
  const places = new Map<string, Link>()
  const turns = new Map<string, Promise<unknown>>()

  async function entryAt(tenantId: string, sequence: number): Promise<KeptEntry | undefined> {
    const document = await documents.get(tenantId, keyOf(sequence))
    return document && readEntry(document)
  }

  /** Goes on from a place to the end of the trail. */
  async function endFrom(tenantId: string, from: Link): Promise<Link> {
    let last = from
    for (;;) {
      const document = await documents.get(tenantId, keyOf(last.sequence + 1))
      if (document === undefined) return last
      // An entry that was damaged is followed all the same: `verify` names it.
      const hash = readEntry(document)?.hash ?? etagOf(document.bytes)
      last = { sequence: last.sequence + 1, hash }
    }
  }

  async function endOf(tenantId: string): Promise<Link> {
    const known = places.get(tenantId)
    return endFrom(tenantId, known ?? (await heads.read(tenantId)).head.last)
  }

  function remember(tenantId: string, last: Link) {
    if (places.size >= MAX_PLACES) places.clear()
    places.set(tenantId, last)
  }

  async function put(tenantId: string, audited: Audited): Promise<KeptEntry> {
    const opened = await box()
    let last = places.get(tenantId) ?? (await endOf(tenantId))
    if (last.sequence === 0) await heads.begin(tenantId)
    for (;;) {
      const entry = entryAfter(last, tenantId, audited, { box: opened, now: clock.now() })
      const bytes = Buffer.from(JSON.stringify(entry))
      const content = { bytes, contentType: 'application/json' }
      const place = keyOf(entry.sequence)
      const outcome = await documents.put(tenantId, place, content, { ifNoneMatch: '*' })
      // A reply that was lost on the way is a mismatch with our own bytes.
      if (outcome.kind === 'stored' || outcome.etag === etagOf(bytes)) {
        remember(tenantId, entry)
        return entry
      }
      last = await endFrom(tenantId, last)
    }
  }

  /** Brings into the lake what is not there yet. @throws {StorageError} a later call goes on */
  async function record(tenantId: string, through: number, at: number): Promise<number> {
    if (events === undefined) return at
    let recorded = at
    while (recorded < through) {
      const to = Math.min(through, recorded + RECORDED_AT_ONCE)
      const asked = Array.from({ length: to - recorded }, (_, i) => recorded + 1 + i)
      const entries = await Promise.all(asked.map((sequence) => entryAt(tenantId, sequence)))
      const terms = { tenantId, now: clock.now(), hotDays: config.hotTtlDays }
      const records = entries
        .filter((entry) => entry !== undefined)
        .map((entry) => recordOf(shownEntry(entry), terms))
      const outcomes = await events.append(records)
      if (outcomes.some(({ kind }) => kind === 'throttled')) return recorded
      recorded = to
    }
    return recorded
  }

  /** An entry is durable by now: what fails here is done with the next one. */
  async function finish(tenantId: string, last: Link) {
    try {
      const { head } = await heads.read(tenantId)
      const end = last.sequence > head.last.sequence ? last : head.last
      const recorded = await record(
        tenantId,
        end.sequence,
        Math.max(head.recorded, head.base.sequence),
      )
      await heads.advance(tenantId, { last, recorded })
    } catch (error) {
      const reason = (error as Error).message
      log.warn('the audit trail is behind in the lake, until the next entry', { tenantId, reason })
    }
  }

  /** Entries of a tenant are appended one after the other, so that a process does not compete with itself. */
  function inTurn<Done>(tenantId: string, work: () => Promise<Done>): Promise<Done> {
    const turn = (turns.get(tenantId) ?? Promise.resolve()).then(work, work)
    const settled = turn.catch(() => {})
    turns.set(tenantId, settled)
    void settled.then(() => {
      if (turns.get(tenantId) === settled) turns.delete(tenantId)
    })
    return turn
  }

  async function appendAll(tenantId: string, audited: readonly Audited[]): Promise<KeptEntry[]> {
    return inTurn(tenantId, async () => {
      const entries: KeptEntry[] = []
      try {
        for (const one of audited) entries.push(await put(tenantId, one))
      } finally {
        const last = entries.at(-1)
        if (last !== undefined) await finish(tenantId, last)
      }
      return entries
    })
  }

  const notes = createNotes({
    append: async (tenantId, audited) => void (await appendAll(tenantId, audited)),
    ...{ clock, log, hasTimer: needs.hasTimer ?? false },
  })

  return {
    async append(tenantId, audited) {
      const [entry] = await appendAll(tenantId, [audited])
      return shownEntry(entry!)
    },

    note: notes.note,
    room: notes.room,
    settle: notes.settle,
    list: createList({ entryAt, endOf }),
    verify: createVerify({ documents, heads, box }),

    async catchUp(tenantId) {
      await inTurn(tenantId, async () => {
        const end = await endOf(tenantId)
        if (end.sequence > 0) await finish(tenantId, end)
      })
    },

    async forget(tenantId, before) {
      const { head } = await heads.read(tenantId)
      const time = before.toISOString()
      let base = head.base
      for (let looked = 0; looked < FORGOTTEN_AT_ONCE; looked += 1) {
        const next = await entryAt(tenantId, base.sequence + 1)
        // The last one stays, to be followed.
        if (next === undefined || next.at >= time || next.sequence >= head.last.sequence) break
        base = { sequence: next.sequence, hash: next.hash }
      }
      if (base.sequence === head.base.sequence) return removeBefore(tenantId, base)
      // Once the head knows it, what is gone is no fault.
      await heads.advance(tenantId, { base })
      return removeBefore(tenantId, base)
    },

    async [Symbol.asyncDispose]() {
      await notes[Symbol.asyncDispose]()
      await Promise.all(turns.values())
    },
  }

  /** Removes what was forgotten, also what a process that died left of it. */
  async function removeBefore(tenantId: string, base: Link): Promise<{ removed: number }> {
    let removed = 0
    if (base.sequence === 0) return { removed }
    for (let cursor: string | undefined; ; ) {
      const page = await documents.list(tenantId, ENTRIES, { limit: 100, cursor })
      for (const { key } of page.items) {
        if (key.join() > keyOf(base.sequence).join()) return { removed }
        const { kind } = await documents.delete(tenantId, key)
        if (kind === 'deleted') removed += 1
      }
      if (page.nextCursor === undefined) return { removed }
      cursor = page.nextCursor
    }
  }
}
