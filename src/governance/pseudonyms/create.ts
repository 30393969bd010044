import { isPseudonym } from '../../event/pseudonym'
import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'
import type { SecretBox } from '../../platform/secret-box'
import type { Pseudonymiser } from '../personal/personal'
import { eachAtOnce } from './at-once'
import { createKeyStore } from './key-store'
import { digestOf, markOf, newKey, type PseudonymKeys, pseudonymBy, purposeKey } from './keys'
import { createMemory, type Remembered } from './memory'
import type { Pseudonyms } from './pseudonyms'
import { createTable } from './table'

interface Needs {
  documents: DocumentStore
  box: SecretBox
  clock: Pick<Clock, 'now' | 'monotonic'>
}

// So many rows are written at once for one request.
const AT_ONCE = 16
const DAY_MS = 24 * 60 * 60 * 1000

export function createPseudonyms(needs: Needs): Pseudonyms {
  const keyStore = createKeyStore(needs)
  const table = createTable(needs)
  const memory = createMemory()

  async function forTenant(tenantId: string): Promise<Pseudonymiser> {
    const keys = await keyStore.get(tenantId)
    return pseudonymiserFor(tenantId, keys)
  }

  function pseudonymiserFor(tenantId: string, keys: PseudonymKeys): Pseudonymiser {
    const people = memory.of(tenantId, keys)
    const newest = keys.keys.at(-1)!
    const former = keys.keys.at(-2)
    const pending = new Map<string, Remembered>()

    return {
      of(personId) {
        const known = people.get(personId) ?? pending.get(personId)
        if (known !== undefined) {
          if (!known.isStored) pending.set(personId, known)
          return known.pseudonym
        }
        const made = { pseudonym: pseudonymBy(newest, personId), isStored: false }
        memory.remember(people, personId, made)
        pending.set(personId, made)
        return made.pseudonym
      },

      async store() {
        if (pending.size === 0) return
        const missing = [...pending].filter(([, one]) => !one.isStored)
        await eachAtOnce(missing, AT_ONCE, async ([id, one]) => {
          const row = { id, ...(former && { former: pseudonymBy(former, id) }) }
          await table.add(tenantId, one.pseudonym, row, markOf(keys, id))
          one.isStored = true
        })
        pending.clear()
      },
    }
  }

  async function pseudonymsOfAll(tenantId: string, ids: readonly string[]): Promise<string[]> {
    const keys = await keyStore.find(tenantId)
    if (keys === undefined) return []
    const found = new Set(ids.flatMap((id) => keys.keys.map((key) => pseudonymBy(key, id))))
    // A former key is gone, and what it made is found by its mark.
    if (keys.keys.length < keys.keys.at(-1)!.number) {
      const marks = new Set(ids.map((id) => markOf(keys, id)))
      for (const one of await table.marked(tenantId, marks)) found.add(one)
    }
    return [...found]
  }

  return {
    forTenant,

    pseudonymsOf: (tenantId, personId) => pseudonymsOfAll(tenantId, [personId].flat()),

    async reveal(tenantId, pseudonym) {
      if (!isPseudonym(pseudonym)) return undefined
      return (await table.get(tenantId, pseudonym))?.id
    },

    async forget(tenantId, personIds) {
      const pseudonyms = await pseudonymsOfAll(tenantId, personIds)
      if (pseudonyms.length === 0) return { removed: 0 }
      const removed = await table.remove(tenantId, pseudonyms)
      // Others, and this process, remember that the rows are there.
      if (removed > 0) {
        await keyStore.change(tenantId, (keys) => ({
          keys: { ...keys, forgotten: keys.forgotten + 1 },
          result: undefined,
        }))
      }
      return { removed }
    },

    rotate: (tenantId, overlapDays) =>
      keyStore.change(tenantId, (held, now) => {
        const until = new Date(now.getTime() + overlapDays * DAY_MS).toISOString()
        const from = now.toISOString()
        const number = held.keys.at(-1)!.number + 1
        const former = held.keys.map((key) => ({ ...key, until: earlier(key.until, until) }))
        // With no overlap nothing of the former key is left.
        const keys = [...(overlapDays > 0 ? former : []), newKey(number, from)]
        return { keys: { ...held, keys }, result: { key: number, overlapUntil: until } }
      }),

    async purposePseudonym(purpose, tenantId, person) {
      const keys = await keyStore.get(tenantId)
      const id = isPseudonym(person) ? (await table.get(tenantId, person))?.id : undefined
      return `urn:nonius:purpose-pseudonym:${digestOf(purposeKey(keys, purpose), id ?? person)}`
    },
  }
}

function earlier(known: string | undefined, until: string): string {
  return known !== undefined && known < until ? known : until
}
