import { parse } from 'yaml'
import type { EventType } from '../../src/event/event-type'
import { withDefaults } from '../../src/standards/native/types/defaults'
import { readDefinition } from '../../src/standards/native/types/definition'

/** A vocabulary is one file of types; each type is said in the file's defaults and in its own members. */
export interface Vocabulary {
  vocabulary: string
  description: string
  types: EventType[]
}

type Members = Record<string, unknown>

interface Source {
  vocabulary: string
  description: string
  defaults?: Members
  types: Record<string, Members>
}

// Aliases in our own files are short lists of properties; none is nested in another more than twice.
const MOST_ALIASES = 10_000
/** @throws {Error} naming the file, the type, the member and the rule */
export function compileVocabulary(file: string, text: string): Vocabulary {
  const {
    vocabulary,
    description,
    defaults = {},
    types,
  } = parse(text, {
    merge: true,
    maxAliasCount: MOST_ALIASES,
  }) as Source
  return {
    vocabulary,
    description,
    types: Object.entries(types).map(([name, own]) => {
      const { type, issues } = readDefinition(name, withDefaults(defaults, own), { vocabulary })
      if (type !== undefined) return type
      const said = issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      throw new Error(`${file}, ${name}: ${said.join('; ')}`)
    }),
  }
}
