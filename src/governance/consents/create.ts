import { AppError } from '../../error/app-error'
import type { DocumentKey, DocumentStore } from '../../platform/document-store'
import {
  type Consent,
  type Consents,
  type Decided,
  type KeptConsent,
  MAX_CATEGORIES,
  type PutConsent,
  type Said,
} from './consents'
import { inGroups } from './in-groups'
import { CONSENTS, placeOf, placesOf, UNDER_13 } from './keys'

export interface ConsentNeeds {
  documents: Pick<DocumentStore, 'get' | 'put' | 'delete' | 'list'>
}

/** Makes the consents over the documents of either platform. Nothing of them is remembered. */
export function createConsents({ documents }: ConsentNeeds): Consents {
  async function read(tenantId: string, place: DocumentKey) {
    const document = await documents.get(tenantId, place)
    if (document === undefined) return undefined
    return { etag: document.etag, consent: consentIn(document.bytes) }
  }

  /** Changes what is kept at one place; of several at once, each change is made. */
  async function change(tenantId: string, place: DocumentKey, given: Consent): Promise<PutConsent> {
    for (;;) {
      const found = await read(tenantId, place)
      const before = found?.consent ?? { actorId: given.actorId, decisions: {} }
      const made = merged(before, given)
      if (made.changed.length === 0) return made
      const bytes = Buffer.from(JSON.stringify(made.consent))
      const condition = found ? { ifMatch: found.etag } : { ifNoneMatch: '*' as const }
      const content = { bytes, contentType: 'application/json' }
      const { kind } = await documents.put(tenantId, place, content, condition)
      if (kind === 'stored') return made
    }
  }

  return {
    async of(tenantId, actorIds) {
      const answers = new Map<string, Record<string, Said>>()
      await inGroups([...new Set(actorIds)], async (id) => {
        const found = await read(tenantId, placeOf(CONSENTS, id))
        if (found !== undefined) answers.set(id, categoriesOf(found.consent))
      })
      return answers
    },

    get: async (tenantId, actorId) => (await read(tenantId, placeOf(CONSENTS, actorId)))?.consent,

    async put(tenantId, consent) {
      const [own, ...others] = placesOf(CONSENTS, consent.actorId)
      const made = await change(tenantId, own!, consent)
      for (const place of others) await change(tenantId, place, consent)
      return made
    },

    async remove(tenantId, actorId) {
      const places = placesOf(CONSENTS, actorId)
      const gone = await Promise.all(places.map((place) => documents.delete(tenantId, place)))
      return gone.some(({ kind }) => kind === 'deleted')
    },

    async list(tenantId, page) {
      const { items, nextCursor } = await documents.list(tenantId, CONSENTS, page)
      const found = new Map<string, KeptConsent>()
      await inGroups(items, async ({ key }) => {
        const one = await read(tenantId, key)
        // An address has the same once more at its hash.
        const isOwn = one && placeOf(CONSENTS, one.consent.actorId).join() === key.join()
        if (isOwn) found.set(key.join(), one.consent)
      })
      const inOrder = items.flatMap(({ key }) => found.get(key.join()) ?? [])
      return { items: inOrder, ...(nextCursor !== undefined && { nextCursor }) }
    },

    async under13(tenantId, actorIds) {
      const listed = new Set<string>()
      await inGroups([...new Set(actorIds)], async (id) => {
        const found = await documents.get(tenantId, placeOf(UNDER_13, id))
        if (found !== undefined) listed.add(id)
      })
      return listed
    },
  }
}

function consentIn(bytes: Uint8Array): KeptConsent {
  return JSON.parse(Buffer.from(bytes).toString()) as KeptConsent
}

function categoriesOf({ decisions }: KeptConsent): Record<string, Said> {
  return Object.fromEntries(Object.entries(decisions).map(([name, { said }]) => [name, said]))
}

function merged({ actorId, decisions }: KeptConsent, given: Consent): PutConsent {
  const next = new Map<string, Decided>(Object.entries(decisions))
  const changed: string[] = []
  const stale: string[] = []
  const { evidence, at, by } = given
  for (const [category, said] of Object.entries(given.categories)) {
    const before = next.get(category)
    // If two are of one time, no stands.
    const isLater =
      before === undefined || at > before.at || (at === before.at && said === 'denied')
    if (!isLater) {
      if (before.said !== said) stale.push(category)
      continue
    }
    next.set(category, { said, at, by, ...(evidence !== undefined && { evidence }) })
    changed.push(category)
  }
  if (next.size > MAX_CATEGORIES) {
    const detail = `A person decides on at most ${MAX_CATEGORIES} categories here.`
    throw new AppError('limit_reached', detail)
  }
  return { consent: { actorId, decisions: Object.fromEntries(next) }, changed, stale }
}
