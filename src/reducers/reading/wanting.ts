import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'
import { JSON_TYPE } from '../kept/state-document'
import { WANTED, want } from '../kept/wanted'
import type { LoadedReducer } from '../loaded'
import { beginRebuild } from '../rebuilds/begin'
import type { Rebuild } from '../rebuilds/rebuild'

interface Needs {
  documents: DocumentStore
  clock: Pick<Clock, 'now'>
  /** Lists what is loaded, or would be. */
  newest(): Promise<readonly Pick<LoadedReducer, 'name' | 'version' | 'scope'>[]>
  /** Tells whoever reduces. */
  wanted?: (() => void) | undefined
  /** Left out, nothing is built of what was stored before (on AWS). */
  wakeRebuild?: ((rebuild: Rebuild) => void) | undefined
}

// A process looks again at tenants beyond so many, which is a read each.
const MOST_KNOWN = 10_000

interface Kept {
  by: string
  at: string
  /** States are made of what was stored before, or were. */
  isBegun?: boolean
}

/**
 * Makes what notes that a tenant wants its events reduced: from then on they are, and what was stored before
 * is built. It may be asked with each request.
 */
export function createWant(needs: Needs) {
  const { documents, clock, newest, wanted, wakeRebuild } = needs
  const known = new Set<string>()
  const under = new Map<string, Promise<void>>()

  async function begin(tenantId: string, by: string) {
    const at = clock.now().toISOString()
    const isNew = await want(documents, tenantId, { by, at })
    wanted?.()
    if (wakeRebuild === undefined) return
    const found = isNew ? undefined : await documents.get(tenantId, WANTED)
    const kept = found && (JSON.parse(Buffer.from(found.bytes).toString()) as Kept)
    if (kept?.isBegun) return
    for (const { name, ...one } of await newest()) {
      const whose = { tenantId, name }
      await beginRebuild(documents, whose, one, clock.now())
      wakeRebuild(whose)
    }
    // Last: whoever is killed before this begins them again, which changes nothing.
    const bytes = Buffer.from(JSON.stringify({ ...(kept ?? { by, at }), isBegun: true }))
    await documents.put(tenantId, WANTED, { bytes, contentType: JSON_TYPE })
  }

  return async function note(tenantId: string, by: string): Promise<void> {
    if (known.has(tenantId)) return
    const before = under.get(tenantId)
    const beginning = before ?? begin(tenantId, by).finally(() => under.delete(tenantId))
    under.set(tenantId, beginning)
    await beginning
    if (known.size >= MOST_KNOWN) known.clear()
    known.add(tenantId)
  }
}
