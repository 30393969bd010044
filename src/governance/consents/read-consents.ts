import type { DocumentStore } from '../../platform/document-store'
import { MAX_KEY_BYTES } from '../../platform/document-store'
import type { Consent, Consents } from './consents'

const CONSENTS = ['governance', 'consents'] as const
const UNDER13 = ['governance', 'under13'] as const

// A store is asked so many things at once.
const AT_ONCE = 16
// The places above take so many bytes of a key, and some to spare.
const BEFORE = 32

/** Tells whether an id has room in a key: one that has none has no document. */
function fits(id: string): boolean {
  // These take two bytes of a key each.
  const escaped = id.match(/[\0-!]/g)?.length ?? 0
  return id !== '' && Buffer.byteLength(id) + escaped + BEFORE <= MAX_KEY_BYTES
}

/** Reads what people decided, and who is listed as under 13, as it is at the moment. */
export function readConsents({
  documents,
}: {
  documents: Pick<DocumentStore, 'get'>
}): Pick<Consents, 'of' | 'under13'> {
  async function read<Value>(
    tenantId: string,
    place: readonly string[],
    ids: readonly string[],
    valueIn: (bytes: Uint8Array) => Value,
  ): Promise<Map<string, Value>> {
    const found = new Map<string, Value>()
    const fitting = ids.filter(fits)
    for (let from = 0; from < fitting.length; from += AT_ONCE) {
      await Promise.all(
        fitting.slice(from, from + AT_ONCE).map(async (id) => {
          const document = await documents.get(tenantId, [...place, id])
          if (document !== undefined) found.set(id, valueIn(document.bytes))
        }),
      )
    }
    return found
  }

  return {
    of: (tenantId, ids) =>
      read(tenantId, CONSENTS, ids, (bytes) => {
        const { categories } = JSON.parse(new TextDecoder().decode(bytes)) as Consent
        return categories
      }),
    under13: async (tenantId, ids) =>
      new Set((await read(tenantId, UNDER13, ids, () => true)).keys()),
  }
}
