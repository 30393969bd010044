import { AppError } from '../../error/app-error'
import type { DocumentEntry, DocumentKey, DocumentStore } from '../../platform/document-store'
import { digest, MAX_ISSUERS, type PeopleIssuer, taken } from './issuer'

/** Issuers of people's tokens, of all tenants. */
export interface PeopleIssuers {
  /**
   * Adds an issuer to a tenant, or replaces the tenant's own with the same name and audience. Of two
   * tenants at once, one has it.
   * @throws {AppError} `already_exists` when another tenant has it; `limit_reached`
   */
  put(issuer: PeopleIssuer): Promise<{ isNew: boolean; issuer: PeopleIssuer }>
  /** Lists a tenant's, by an order of its own. */
  list(tenantId: string): Promise<PeopleIssuer[]>
  /** Finds those of an issuer, one for each audience, whichever tenants have them. */
  named(issuer: string): Promise<PeopleIssuer[]>
  /** @returns false when the tenant has no such */
  remove(tenantId: string, named: Pick<PeopleIssuer, 'issuer' | 'audience'>): Promise<boolean>
}

type Documents = Pick<DocumentStore, 'get' | 'put' | 'delete' | 'list'>

/**
 * Issuers stand with the installation, not with a tenant, so that two tenants cannot have the same: no
 * id of a tenant is this text.
 */
const INSTALLATION = '*'
const PREFIX = 'issuers'
const PAGE = 100
// Tenants that share one issuer, each by an audience of its own.
const MAX_AUDIENCES = 1000
// As often as two administrators can meet by chance.
const TRIES = 3

function keyOf({ issuer, audience }: Pick<PeopleIssuer, 'issuer' | 'audience'>): DocumentKey {
  return [PREFIX, digest(issuer), digest(audience)]
}

export function createPeopleIssuers({ documents }: { documents: Documents }): PeopleIssuers {
  async function read(
    key: DocumentKey,
  ): Promise<{ etag: string; issuer: PeopleIssuer } | undefined> {
    const found = await documents.get(INSTALLATION, key)
    if (found === undefined) return undefined
    const issuer = JSON.parse(Buffer.from(found.bytes).toString()) as PeopleIssuer
    return { etag: found.etag, issuer }
  }

  async function entries(prefix: DocumentKey): Promise<DocumentEntry[]> {
    const all: DocumentEntry[] = []
    let cursor: string | undefined
    do {
      const page = await documents.list(INSTALLATION, prefix, { limit: PAGE, cursor })
      all.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return all
  }

  async function readAll(found: readonly DocumentEntry[]): Promise<PeopleIssuer[]> {
    const all = await Promise.all(found.map(({ key }) => read(key)))
    return all.flatMap((one) => (one === undefined ? [] : [one.issuer]))
  }

  async function ofTenant(tenantId: string): Promise<DocumentEntry[]> {
    const all = await entries([PREFIX])
    return all.filter(({ metadata }) => metadata.tenantId === tenantId)
  }

  return {
    async put(given) {
      const key = keyOf(given)
      for (let tries = 0; tries < TRIES; tries += 1) {
        const held = await read(key)
        if (held !== undefined && held.issuer.tenantId !== given.tenantId) throw taken()
        if (held === undefined && (await ofTenant(given.tenantId)).length >= MAX_ISSUERS) {
          const detail = `A tenant may have ${MAX_ISSUERS} issuers.`
          throw new AppError('limit_reached', detail)
        }
        const { createdAt, updatedAt } = given
        const times = held && {
          createdAt: held.issuer.createdAt,
          updatedAt: updatedAt ?? createdAt,
        }
        const issuer = { ...given, ...times }
        const content = {
          bytes: Buffer.from(JSON.stringify(issuer)),
          contentType: 'application/json',
          metadata: { tenantId: given.tenantId },
        }
        const condition = held ? { ifMatch: held.etag } : ({ ifNoneMatch: '*' } as const)
        const { kind } = await documents.put(INSTALLATION, key, content, condition)
        if (kind === 'stored') return { isNew: held === undefined, issuer }
      }
      throw new AppError('unavailable', 'Somebody else changes this issuer at the same time.')
    },

    async list(tenantId) {
      const all = await readAll(await ofTenant(tenantId))
      return all.filter((one) => one.tenantId === tenantId)
    },

    async named(issuer) {
      const found = await entries([PREFIX, digest(issuer)])
      return readAll(found.slice(0, MAX_AUDIENCES))
    },

    async remove(tenantId, named) {
      const key = keyOf(named)
      const held = await read(key)
      if (held?.issuer.tenantId !== tenantId) return false
      const { kind } = await documents.delete(INSTALLATION, key, { ifMatch: held.etag })
      return kind === 'deleted'
    },
  }
}
