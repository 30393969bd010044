import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Finder } from '../../../event/statement'
import type { HeldStatement } from '../../statement-store'
import type { Attributes } from '../dynamo/attributes'
import { batchGet } from '../dynamo/batch-get'
import type { Base, createBodies } from './body'
import { BASE, statementIdOf, statementKey, VOID } from './keys'

export interface StatementTable {
  client: DynamoDBClient
  table: string
}

// A chain of references is read a step at a time. Nobody refers a thousand times in a row; a loop
// ends where it began.
const MAX_STEPS = 1000

/** Reads what is held of statements, as it is at this moment. */
export function createBases({
  bodies,
  ...from
}: StatementTable & { bodies: ReturnType<typeof createBodies> }) {
  /** Reads the items by id; of those that are there. */
  async function items(tenantId: string, ids: readonly string[], sks: readonly string[]) {
    const keys = [...new Set(ids)].flatMap((id) => sks.map((sk) => statementKey(tenantId, id, sk)))
    return batchGet('reading statements', from, keys)
  }

  async function read(tenantId: string, ids: readonly string[]): Promise<Map<string, Base>> {
    const found = await items(tenantId, ids, [BASE])
    const bases = await Promise.all(found.map(bodies.toBase))
    return new Map(bases.flatMap((base) => (base ? [[base.statementId, base]] : [])))
  }

  return {
    read,

    /** Reads the packed items with whether a voiding statement names them, by id. */
    async readPacked(tenantId: string, ids: readonly string[]) {
      const packed = new Map<string, Attributes>()
      const named = new Set<string>()
      for (const item of await items(tenantId, ids, [BASE, VOID])) {
        const id = statementIdOf(item.pk!.S!)
        if (item.sk!.S === VOID) named.add(id)
        else packed.set(id, item)
      }
      return { packed, named }
    },

    /**
     * Finds by what each of these is found: what it says, and whatever the statements say that it
     * refers to, over any number of steps.
     */
    async reach(tenantId: string, starts: readonly Base[]): Promise<Map<string, Finder[]>> {
      const known = new Map<string, Base | undefined>(starts.map((one) => [one.statementId, one]))
      let ahead = targetsOf(starts, known)
      for (let steps = 0; ahead.length > 0 && steps < MAX_STEPS; steps += 1) {
        const found = await read(tenantId, ahead)
        for (const id of ahead) known.set(id, found.get(id))
        ahead = targetsOf([...found.values()], known)
      }
      return new Map(starts.map((start) => [start.statementId, findersAlong(start, known)]))
    },
  }
}

export type Bases = ReturnType<typeof createBases>

export function heldOf(base: Base, isNamed: boolean): HeldStatement {
  const { statementId, stored, json, voids } = base
  // A voiding statement is never voided (xAPI 1.0.3, Data, 2.3.2).
  return { statementId, stored, json, isVoided: isNamed && !voids }
}

function targetsOf(bases: readonly Base[], known: ReadonlyMap<string, unknown>): string[] {
  const targets = bases.flatMap(({ refersTo }) => refersTo ?? [])
  return [...new Set(targets)].filter((id) => !known.has(id))
}

function findersAlong(start: Base, known: ReadonlyMap<string, Base | undefined>): Finder[] {
  const finders = new Map<string, Finder>()
  const seen = new Set<Base>()
  let base: Base | undefined = start
  while (base !== undefined && !seen.has(base)) {
    seen.add(base)
    for (const finder of base.finders) finders.set(`${finder.by}\n${finder.value}`, finder)
    base = base.refersTo === undefined ? undefined : known.get(base.refersTo)
  }
  return [...finders.values()]
}
