import type { FindTenant } from '../access/keys/tenants'
import type { EventType, GivenTypes, TypesInForce, UnknownTypesMode } from '../event/event-type'
import type { Clock } from '../platform/clock'
import type { DocumentStore } from '../platform/document-store'
import type { Source } from '../platform/registry/sources'
import { standards } from '../standards'

/** A tenant's own types stand in this one document, as `{ types: EventType[] }`. */
export const TYPES_KEY = ['event-types'] as const

/** Finds the types of native events in force for a source; those of its tenant where it has no settings. */
export type FindTypes = (
  tenantId: string,
  source?: Pick<Source, 'vocabularies'> | undefined,
) => Promise<TypesInForce>

interface Needs {
  documents: Pick<DocumentStore, 'get'>
  findTenant: FindTenant
  config: { unknownTypes?: UnknownTypesMode | undefined; maxPayloadKeys?: number | undefined }
  clock: Pick<Clock, 'monotonic'>
}

// The same as for keys and tenants: a change takes effect within five seconds everywhere.
const CACHE_MS = 5_000
// Orders of vocabularies that are in use at one time, over all tenants.
const CACHE_ORDERS = 1_000
// Documents of a tenant's types have 4 MB at most; what is made of them takes a few times as much.
const CACHE_BYTES = 32 * 1024 * 1024

interface Made {
  until: number
  etag: string | undefined
  /** The document has so many bytes. */
  size: number
  types: TypesInForce
}

/**
 * Remembers the types in force. They are made anew when the tenant's document has changed, so that a
 * schema is compiled once.
 */
export function rememberTypes({ documents, findTenant, config, clock }: Needs): FindTypes {
  const known = new Map<string, Made>()
  let held = 0

  function forget(name: string) {
    held -= known.get(name)?.size ?? 0
    known.delete(name)
  }

  return async function findTypes(tenantId, source) {
    const tenant = await findTenant(tenantId)
    const order = [...(source?.vocabularies ?? []), ...(tenant?.vocabularies ?? [])]
    const unknownTypes = tenant?.unknownTypes ?? config.unknownTypes ?? 'accept'
    const name = JSON.stringify([tenantId, unknownTypes, order])
    const made = known.get(name)
    if (made !== undefined && clock.monotonic() < made.until) return made.types
    const document = await documents.get(tenantId, TYPES_KEY)
    const until = clock.monotonic() + CACHE_MS
    if (made !== undefined && made.etag === document?.etag) {
      made.until = until
      return made.types
    }
    const own = document === undefined ? [] : typesIn(document.bytes)
    const { maxPayloadKeys } = config
    const types = await typesFor({ tenantId, own, order, unknownTypes, maxPayloadKeys })
    forget(name) // otherwise it would stay among the oldest
    const size = document?.bytes.length ?? 0
    known.set(name, { until, etag: document?.etag, size, types })
    held += size
    while (known.size > CACHE_ORDERS || (held > CACHE_BYTES && known.size > 1)) {
      forget(known.keys().next().value!)
    }
    return types
  }
}

/** Reads the document of a tenant's own types. */
export function typesIn(bytes: Uint8Array): EventType[] {
  return (JSON.parse(new TextDecoder().decode(bytes)) as { types: EventType[] }).types
}

/** There is one standard that has types. */
async function typesFor(given: GivenTypes): Promise<TypesInForce> {
  const standard = await standards.find(({ hasTypes }) => hasTypes)!.load()
  return standard.typesInForce!(given)
}
