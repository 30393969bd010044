import type { HeldStatement, StatementStore } from '../platform/statement-store'
import { mergedDefinition } from '../standards/xapi/definition'
import { activityIdsIn, asCanonical, asIds } from '../standards/xapi/format'
import { languagesOf } from '../standards/xapi/languages'
import { eachOf, inTurns } from '../syntax/steps'
import type { Format } from './asked'

interface Needs {
  statements: Pick<StatementStore, 'activity'>
}

type Definition = NonNullable<ReturnType<typeof mergedDefinition>>

// A page of one course has some dozen activities. A statement of any other keeps its own definition.
const MAX_DEFINITIONS = 256
const AT_ONCE = 16

/**
 * Writes statements in a format.
 * @param language the header `Accept-Language`
 */
export async function formatted(
  needs: Needs,
  statements: readonly HeldStatement[],
  format: Format,
  { tenantId, language }: { tenantId: string; language: string | undefined },
): Promise<string[]> {
  if (format === 'exact') return statements.map(({ json }) => json)
  if (format === 'ids') return inTurns(eachOf(statements, ({ json }) => asIds(json)))
  const named = await inTurns(eachOf(statements, ({ json }) => activityIdsIn(json)))
  const definitions = await definitionsOf(needs, tenantId, new Set(named.flat()))
  const canonical = {
    languages: languagesOf(language),
    definitionOf: (id: string) => definitions.get(id),
  }
  return inTurns(eachOf(statements, ({ json }) => asCanonical(json, canonical)))
}

async function definitionsOf({ statements }: Needs, tenantId: string, ids: Set<string>) {
  const definitions = new Map<string, Definition>()
  const asked = [...ids].slice(0, MAX_DEFINITIONS)
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    await Promise.all(
      asked.slice(from, from + AT_ONCE).map(async (id) => {
        const merged = mergedDefinition(await statements.activity(tenantId, id))
        if (merged !== undefined) definitions.set(id, merged)
      }),
    )
  }
  return definitions
}
