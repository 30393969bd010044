import type { Issue } from '../../../../error/issue'
import type { Schema, SchemaObject } from './schema'

/** A comparison of two schemas has these in hand at every place. */
export interface Comparison {
  was: SchemaObject
  now: SchemaObject
  /** The place in the new schema. */
  path: Issue['path']
  /** Compares two schemas of a part, or of the same value. */
  compare(was: Schema, now: Schema, path: Issue['path']): Issue[]
  /** Tells whether two parts mean the same: by their text, and by what this refers to. */
  areSame(was: unknown, now: unknown): boolean
}

export function breaking(path: Issue['path'], message: string): Issue {
  return { path, message, code: 'breaking_change' }
}
