import { AppError } from '../../error/app-error'
import type { DocumentKey, DocumentStore } from '../../platform/document-store'

export const parameterTypes = ['text', 'number', 'integer', 'boolean', 'date', 'time'] as const
export type ParameterType = (typeof parameterTypes)[number]
export type ParameterValue = string | number | boolean | null

/** Says what a parameter of a query takes. Without a default it has to be given. */
export interface Parameter {
  type: ParameterType
  description?: string | undefined
  default?: ParameterValue | undefined
}

export interface SavedQuery {
  name: string
  title: string
  description?: string | undefined
  sql: string
  parameters: Record<string, Parameter>
  /** It was saved then, ISO 8601 UTC. */
  updatedAt: string
  /** The id of the key that saved it; people are named by a digest. */
  updatedBy: string
}

/** Names of queries are of this form. */
export const QUERY_NAME = /^[a-z][a-z0-9-]{0,62}$/
// A list of all of them stays below 3 MB, the largest answer on AWS.
const MOST_SAVED = 100
const PLACE: DocumentKey = ['queries']

type Documents = Pick<DocumentStore, 'get' | 'put' | 'delete' | 'list'>

/** Keeps the queries that tenants save, each a document of its own. */
export function createSavedQueries({ documents }: { documents: Documents }) {
  async function read(tenantId: string, key: DocumentKey): Promise<SavedQuery | undefined> {
    const document = await documents.get(tenantId, key)
    return document && (JSON.parse(Buffer.from(document.bytes).toString()) as SavedQuery)
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
      const bytes = Buffer.from(JSON.stringify(query))
      const content = { bytes, contentType: 'application/json' }
      await documents.put(tenantId, [...PLACE, query.name], content)
      return isNew
    },

    async remove(tenantId: string, name: string): Promise<boolean> {
      return (await documents.delete(tenantId, [...PLACE, name])).kind === 'deleted'
    },
  }
}
