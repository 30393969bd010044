import type { Platform } from '../../../src/platform/platform'
import { changeBuilds, type TenantBuilds } from '../../../src/reducers/kept/builds'
import { CATALOGUE, keyOf, MEMBERS, type Scope } from '../../../src/reducers/kept/places'
import {
  encodeStates,
  JSON_TYPE,
  type StateEntry,
  slotOf,
} from '../../../src/reducers/kept/state-document'
import type { Catalogue, LoadedReducer } from '../../../src/reducers/loaded'
import type { ReducerScope } from '../../../src/reducers/reducer'
import { segmentOf } from '../../../src/rosters/keys'

type Documents = Pick<Platform, 'documents'>

const AT = '2026-11-30T09:00:00.000Z'

/** Says that a server has loaded these, as it would. */
export async function declare(
  { documents }: Documents,
  scopes: Readonly<Record<string, ReducerScope>>,
  more: Partial<Catalogue['reducers'][number]> = {},
): Promise<void> {
  const reducers = Object.entries(scopes).map(([name, scope]) => ({
    ...({ name, version: 1, scope, origin: 'nonius', code: '' } satisfies LoadedReducer),
    ...{ skipped: 0, ...more },
  }))
  const catalogue: Catalogue = { reducers, problems: [], updatedAt: AT }
  const bytes = Buffer.from(JSON.stringify(catalogue))
  await documents.put('default', CATALOGUE, { bytes, contentType: JSON_TYPE })
}

/** Shows the first build of each in a tenant. */
export async function showBuilds(
  { documents }: Documents,
  tenantId: string,
  scopes: Readonly<Record<string, ReducerScope>>,
): Promise<void> {
  await changeBuilds(documents, tenantId, (builds) => {
    const shown: TenantBuilds = {}
    for (const [name, scope] of Object.entries(scopes)) {
      shown[name] = { shown: { version: 1, build: 1, scope, since: AT } }
    }
    return { ...builds, ...shown }
  })
}

/** Keeps states of one scope, by the reducers' names, as reducing does. */
export async function putStates(
  { documents }: Documents,
  tenantId: string,
  of: Scope,
  states: Readonly<Record<string, Partial<StateEntry>>>,
): Promise<void> {
  const entries: Record<string, StateEntry> = {}
  for (const [name, entry] of Object.entries(states)) {
    const base = { version: 1, state: {}, events: 1, through: AT, updatedAt: AT, places: [{}] }
    entries[slotOf(name, 1)] = { ...base, ...entry }
    if (!('learner' in of)) continue
    for (const { course, group } of entry.places ?? []) {
      for (const place of [course, group]) {
        if (place === undefined) continue
        const key = [...MEMBERS, segmentOf(place), segmentOf(of.learner)]
        const bytes = Buffer.from(JSON.stringify({ place, learner: of.learner }))
        await documents.put(tenantId, key, { bytes, contentType: JSON_TYPE })
      }
    }
  }
  const bytes = encodeStates({ of, entries })
  await documents.put(tenantId, keyOf(of), { bytes, contentType: JSON_TYPE })
}
