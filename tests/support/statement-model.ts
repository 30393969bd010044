import type { Finder, StatementEntry } from '../../src/event/statement'
import {
  type HeldStatement,
  MAX_FRAGMENTS,
  type StatementQuery,
  type StatementStore,
} from '../../src/platform/statement-store'

interface Held {
  order: number
  entry: StatementEntry
  isVoided: boolean
}

const textOf = ({ by, value }: Finder) => `${by} ${value}`

/**
 * A statement store in an array, as plainly as it can be said. Its pages have no end, except by
 * their limit and bytes, and its cursor is the place as text.
 */
export function statementModel({ now: clock }: { now(): Date }): StatementStore {
  let held: Held[] = []
  const open = new Map<object, { tenantId: string; since: string }>()
  let added = 0
  const now = () => clock().toISOString()

  const ofTenant = (tenantId: string) => held.filter(({ entry }) => entry.tenantId === tenantId)
  const live = (tenantId: string) =>
    ofTenant(tenantId).filter(({ entry }) => entry.expiresAt > now())
  const find = (tenantId: string, id: string) =>
    ofTenant(tenantId).find(({ entry }) => entry.statementId === id)

  /** All that a statement says, and all that the statements do to which it leads. */
  function saidBy(entry: StatementEntry): Set<string> {
    const said = new Set<string>()
    const seen = new Set<string>()
    let next: StatementEntry | undefined = entry
    while (next !== undefined && !seen.has(next.statementId)) {
      seen.add(next.statementId)
      for (const finder of next.finders) said.add(textOf(finder))
      next = next.refersTo === undefined ? undefined : find(next.tenantId, next.refersTo)?.entry
    }
    return said
  }

  function matches({ entry, isVoided }: Held, { finders, since, until }: StatementQuery): boolean {
    if (isVoided) return false
    if (since !== undefined && entry.stored <= since) return false
    if (until !== undefined && entry.stored > until) return false
    const said = saidBy(entry)
    return finders.every((finder) => said.has(textOf(finder)))
  }

  const shown = ({ entry, isVoided }: Held): HeldStatement => {
    const { statementId, stored, json } = entry
    return { statementId, stored, json, isVoided }
  }

  function through(tenantId: string): string {
    const times = [now(), ...live(tenantId).map(({ entry }) => entry.stored)].sort()
    const begun = [...open.values()].filter((one) => one.tenantId === tenantId)
    return [times.at(-1)!, ...begun.map(({ since }) => since)].sort()[0]!
  }

  function fragments(tenantId: string, of: 'activities' | 'agents', id: string) {
    const all = live(tenantId).flatMap(({ entry }) => entry[of])
    const different = new Map(all.filter((one) => one.id === id).map((one) => [one.json, one]))
    return [...different.values()].slice(-MAX_FRAGMENTS)
  }

  return {
    async begin(tenantId) {
      const writing = {
        async end() {
          open.delete(writing)
        },
      }
      open.set(writing, { tenantId, since: now() })
      return writing
    },

    async add(entries) {
      for (const entry of entries) {
        const { tenantId, statementId, refersTo, voids } = entry
        if (find(tenantId, statementId) !== undefined) continue
        const voiders = ofTenant(tenantId).filter(({ entry: other }) => {
          return other.voids && other.refersTo === statementId
        })
        held.push({ order: ++added, entry, isVoided: !voids && voiders.length > 0 })
        const target = refersTo === undefined ? undefined : find(tenantId, refersTo)
        if (voids && target !== undefined && !target.entry.voids) target.isVoided = true
      }
    },

    async get(tenantId, statementId) {
      const found = live(tenantId).find(({ entry }) => entry.statementId === statementId)
      return found && shown(found)
    },

    async query(tenantId, query, { limit, maxBytes, cursor }) {
      const consistentThrough = through(tenantId)
      const sign = query.ascending ? 1 : -1
      const place = ({ entry, order }: Held) => `${entry.stored} ${String(order).padStart(9, '0')}`
      const [top = String(added), after] = cursor?.split('|') ?? []
      const isBehind = (one: string) =>
        after === undefined || (query.ascending ? one > after : one < after)
      const found = live(tenantId)
        .filter((one) => one.order <= Number(top) && one.entry.stored <= consistentThrough)
        .filter((one) => matches(one, query))
        .sort((a, b) => (place(a) < place(b) ? -sign : sign))
        .filter((one) => isBehind(place(one)))
      const page: Held[] = []
      let bytes = 0
      for (const one of found) {
        bytes += Buffer.byteLength(one.entry.json)
        if (page.length === limit || (page.length > 0 && bytes > maxBytes)) break
        page.push(one)
      }
      const isLast = page.length === found.length
      const nextCursor = isLast ? undefined : `${top}|${place(page.at(-1)!)}`
      return { statements: page.map(shown), nextCursor, consistentThrough }
    },

    consistentThrough: async (tenantId) => through(tenantId),
    activity: async (tenantId, id) => fragments(tenantId, 'activities', id),
    agent: async (tenantId, key) => fragments(tenantId, 'agents', key),

    async expire(at) {
      const rest = held.filter(({ entry }) => entry.expiresAt > at.toISOString())
      const dropped = held.length - rest.length
      held = rest
      return { dropped }
    },

    async erase(tenantId, { actorIds }) {
      const names = ({ entry }: Held) =>
        actorIds.some((id) => entry.json.includes(JSON.stringify(id)))
      const gone = ofTenant(tenantId).filter(names)
      held = held.filter((one) => !gone.includes(one))
      return { removed: gone.length }
    },

    async [Symbol.asyncDispose]() {},
  }
}
