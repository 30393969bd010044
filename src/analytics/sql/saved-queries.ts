import { AppError } from '../../error/app-error'
import type { DocumentKey, DocumentStore } from '../../platform/document-store'
import type { SavedQuery } from './saved-query'

// A list of all of them stays below 3 MB, the largest answer on AWS.
const MOST_SAVED = 100
const PLACE: DocumentKey = ['queries']

type Documents = Pick<DocumentStore, 'get' | 'put' | 'delete' | 'list'>

/** Keeps the queries that tenants save, each a document of its own. */
export function createSavedQueries({ documents }: { documents: Documents }) {
  async function read(tenantId: string, key: DocumentKey): Promise<SavedQuery | undefined> {
    const document = await documents.get(tenantId, key)
    if (document === undefined) return undefined
    const { texts: _, ...query } = JSON.parse(Buffer.from(document.bytes).toString())
    return query as SavedQuery
  }

  async function keysOf(tenantId: string) {
    // The name that is one too many is read as well.
    const { items } = await documents.list(tenantId, PLACE, { limit: MOST_SAVED + 1 })
    return items.map(({ key }) => key)
  }

  return {
    get: (tenantId: string, name: string) => read(tenantId, [...PLACE, name]),

    /** Lists by name. */
    async list(tenantId: string): Promise<SavedQuery[]> {
      const all = await Promise.all((await keysOf(tenantId)).map((key) => read(tenantId, key)))
      return all.filter((one) => one !== undefined)
    },

    /**
     * @returns whether there was none of this name
     * @throws {AppError} `limit_reached`
     */
    async put(tenantId: string, query: SavedQuery): Promise<boolean> {
      const names = (await keysOf(tenantId)).map((key) => key.at(-1))
      const isNew = !names.includes(query.name)
      if (isNew && names.length >= MOST_SAVED) {
        throw new AppError('limit_reached', `An organisation saves at most ${MOST_SAVED} queries.`)
      }
      const bytes = Buffer.from(JSON.stringify({ ...query, texts: textsIn(query.sql) }))
      const content = { bytes, contentType: 'application/json' }
      await documents.put(tenantId, [...PLACE, query.name], content)
      return isNew
    },

    async remove(tenantId: string, name: string): Promise<boolean> {
      return (await documents.delete(tenantId, [...PLACE, name])).kind === 'deleted'
    },
  }
}

/** Finds texts that SQL writes otherwise than they are: an erasure looks for ids as events have them. */
function textsIn(sql: string): string[] {
  const literals = sql.match(/'(?:[^']|'')*'/g) ?? []
  return literals.map((one) => one.slice(1, -1).replaceAll("''", "'"))
}
