import { createPeopleIssuers } from '../../access/people/issuers'
import { AppError } from '../../error/app-error'
import { spellingsOf } from '../../event/person-id'
import { isPseudonym } from '../../event/pseudonym'
import type { Pseudonyms } from '../../governance/pseudonyms/pseudonyms'
import type { DocumentStore } from '../../platform/document-store'

/** The subject names who is to be erased. */
export interface Subject {
  /** Ids as events name them, in any spelling. */
  actorIds?: readonly string[] | undefined
  /** Ids by which the tenant's own issuers and applications know people. */
  userIds?: readonly string[] | undefined
}

/** People are looked for by the ids that were given, and every text that may stand for them. */
export interface People {
  ids: string[]
  spellings: string[]
}

interface Needs {
  documents: DocumentStore
  /** Gives the pseudonyms of ids under every key, and the ids behind pseudonyms. */
  pseudonyms?: (() => Promise<Pick<Pseudonyms, 'pseudonymsOf' | 'reveal'>>) | undefined
}

/** One request may name so many people, each by an id or several. */
export const MAX_IDS = 10_000

/** Finds everything by which people may be named. @throws {AppError} `invalid_request` for nobody */
export async function findPeople(
  { documents, pseudonyms }: Needs,
  tenantId: string,
  { actorIds = [], userIds = [] }: Subject,
): Promise<People> {
  const issuers =
    userIds.length === 0 ? [] : await createPeopleIssuers({ documents }).list(tenantId)
  // An issuer's person is also sent as an account of the issuer.
  const homes = [...new Set(issuers.map(({ issuer }) => issuer))]
  const accounts = userIds.flatMap((id) => homes.map((home) => `${home}|${id}`))
  const given = [...new Set([...actorIds, ...userIds])].filter((id) => id !== '')
  if (given.length === 0) {
    const errors = [{ path: ['subject'], message: 'Must name somebody', code: 'invalid_value' }]
    throw new AppError('invalid_request', 'The subject must name somebody.', { errors })
  }
  const known = await pseudonyms?.()
  const behind = new Set<string>()
  const sent = given.filter(isPseudonym)
  for (const one of sent) {
    const id = await known?.reveal(tenantId, one)
    if (id !== undefined) behind.add(id)
  }
  const ids = [...new Set([...given, ...accounts, ...behind])]
  const named = ids.filter((id) => !isPseudonym(id))
  const standing = [...sent, ...((await known?.pseudonymsOf(tenantId, named)) ?? [])]
  const spellings = [...ids.flatMap(spellingsOf), ...standing.flatMap(bothForms)]
  return { ids, spellings: [...new Set(spellings)] }
}

/** Writes a pseudonym as the id that it is, and as the account that a statement has of it. */
function bothForms(pseudonym: string): string[] {
  const name = pseudonym.slice(pseudonym.lastIndexOf(':') + 1)
  return [pseudonym, `${pseudonym.slice(0, -name.length - 1)}|${name}`]
}
