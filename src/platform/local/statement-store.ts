import type { StatementEntry } from '../../event/statement'
import type { Clock } from '../clock'
import type { TokenSigner } from '../shared/page-token'
import type { HeldStatement, StatementQuery, StatementStore } from '../statement-store'

// SKELETON: a model in memory. Whoever writes the store on SQLite replaces this file, and keeps the
// model as the oracle of the tests.

interface Held {
  order: number
  entry: StatementEntry
}

interface Place {
  stored: string
  order: number
  /** Statements that were added later than the first page are not shown. */
  top: number
}

export function createStatementStore({
  clock,
  tokens,
}: {
  clock: Clock
  tokens: TokenSigner
}): StatementStore {
  const held = new Map<string, Held>()
  const open = new Map<object, { tenantId: string; since: string }>()
  let order = 0

  const keyOf = (tenantId: string, id: string) => `${tenantId}\0${id}`
  const now = () => clock.now().toISOString()

  function ofTenant(tenantId: string): Held[] {
    return [...held.values()].filter(
      ({ entry }) => entry.tenantId === tenantId && entry.expiresAt > now(),
    )
  }

  function isVoided({ tenantId, statementId, voids }: StatementEntry): boolean {
    if (voids) return false
    return ofTenant(tenantId).some(({ entry }) => entry.voids && entry.refersTo === statementId)
  }

  function findersOf(entry: StatementEntry, seen = new Set<string>()): Set<string> {
    const own = new Set(entry.finders.map(({ by, value }) => `${by} ${value}`))
    if (entry.refersTo === undefined || seen.has(entry.statementId)) return own
    const target = held.get(keyOf(entry.tenantId, entry.refersTo))?.entry
    if (target === undefined) return own
    return new Set([...own, ...findersOf(target, new Set([...seen, entry.statementId]))])
  }

  function matches(entry: StatementEntry, { finders, since, until }: StatementQuery): boolean {
    if (since !== undefined && entry.stored <= since) return false
    if (until !== undefined && entry.stored > until) return false
    const own = findersOf(entry)
    return !isVoided(entry) && finders.every(({ by, value }) => own.has(`${by} ${value}`))
  }

  function shown({ statementId, stored, json, ...entry }: StatementEntry): HeldStatement {
    const isIt = isVoided({ statementId, stored, json, ...entry })
    return { statementId, stored, json, isVoided: isIt }
  }

  async function consistentThrough(tenantId: string): Promise<string> {
    const begun = [...open.values()].filter((one) => one.tenantId === tenantId)
    return [now(), ...begun.map(({ since }) => since)].sort()[0]!
  }

  function fragments(tenantId: string, of: 'activities' | 'agents', id: string) {
    const all = ofTenant(tenantId).flatMap(({ entry }) => entry[of])
    return [...new Map(all.filter((one) => one.id === id).map((one) => [one.json, one])).values()]
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
        const key = keyOf(entry.tenantId, entry.statementId)
        if (held.has(key)) continue
        order += 1
        held.set(key, { order, entry })
      }
    },

    async get(tenantId, statementId) {
      const found = held.get(keyOf(tenantId, statementId))
      return found && found.entry.expiresAt > now() ? shown(found.entry) : undefined
    },

    async query(tenantId, query, { limit, maxBytes, cursor }) {
      const question = JSON.stringify([tenantId, query])
      const from = cursor === undefined ? undefined : tokens.read<Place>(cursor, question)
      const top = from?.top ?? order
      const sign = query.ascending ? 1 : -1
      const compare = (a: { stored: string; order: number }, b: typeof a) =>
        sign * (a.stored < b.stored ? -1 : a.stored > b.stored ? 1 : a.order - b.order)
      const found = ofTenant(tenantId)
        .filter((one) => one.order <= top && matches(one.entry, query))
        .map((one) => ({ ...one, stored: one.entry.stored }))
        .sort(compare)
        .filter((one) => from === undefined || compare(one, from) > 0)
      const page: typeof found = []
      let bytes = 0
      for (const one of found) {
        bytes += Buffer.byteLength(one.entry.json)
        if (page.length === limit || (page.length > 0 && bytes > maxBytes)) break
        page.push(one)
      }
      const last = page.at(-1)
      const isLast = page.length === found.length || last === undefined
      return {
        statements: page.map(({ entry }) => shown(entry)),
        nextCursor: isLast
          ? undefined
          : tokens.issue({ stored: last.stored, order: last.order, top }, question),
        consistentThrough: await consistentThrough(tenantId),
      }
    },

    consistentThrough,
    activity: async (tenantId, id) => fragments(tenantId, 'activities', id),
    agent: async (tenantId, key) => fragments(tenantId, 'agents', key),

    async expire(at) {
      const gone = [...held].filter(([, { entry }]) => entry.expiresAt <= at.toISOString())
      for (const [key] of gone) held.delete(key)
      return { dropped: gone.length }
    },

    async erase(tenantId, { actorIds }) {
      const named = (json: string) => actorIds.some((id) => json.includes(JSON.stringify(id)))
      const gone = ofTenant(tenantId).filter(({ entry }) => named(entry.json))
      for (const { entry } of gone) held.delete(keyOf(tenantId, entry.statementId))
      return { removed: gone.length }
    },

    async [Symbol.asyncDispose]() {},
  }
}
