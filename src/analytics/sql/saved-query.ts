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
