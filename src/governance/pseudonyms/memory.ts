import type { PseudonymKeys } from './keys'

/** A process remembers this of one person. */
export interface Remembered {
  pseudonym: string
  /** The row of the table is durable. */
  isStored: boolean
}

// A school of 50,000 is remembered whole; an entry takes some 300 bytes.
const MOST_PEOPLE = 65_536
const MOST_TENANTS = 256
// Ids of real systems are shorter, and nobody shall fill the memory with one id.
const LONGEST_ID = 512

interface OfTenant {
  key: number
  forgotten: number
  people: Map<string, Remembered>
}

/** Remembers pseudonyms, so that a digest is computed and a row written once a person. */
export interface Memory {
  of(tenantId: string, keys: PseudonymKeys): Map<string, Remembered>
  remember(people: Map<string, Remembered>, id: string, made: Remembered): void
}

export function createMemory(): Memory {
  const tenants = new Map<string, OfTenant>()

  return {
    of(tenantId, { keys, forgotten }) {
      const key = keys.at(-1)!.number
      const known = tenants.get(tenantId)
      if (known?.key === key && known.forgotten === forgotten) return known.people
      tenants.delete(tenantId)
      if (tenants.size >= MOST_TENANTS) tenants.delete(tenants.keys().next().value!)
      const people = new Map<string, Remembered>()
      tenants.set(tenantId, { key, forgotten, people })
      return people
    },

    remember(people, id, made) {
      if (id.length > LONGEST_ID) return
      if (people.size >= MOST_PEOPLE / Math.max(1, tenants.size)) {
        people.delete(people.keys().next().value!)
      }
      people.set(id, made)
    },
  }
}
