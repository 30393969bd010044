import { identifierNames } from './check/rules'
import { filtered } from './definition'
import { choose, type LanguageRange } from './languages'
import { type Node, nodeAt, nodesAt, textAt } from './node'
import { type Slot, slotsIn } from './slots'
import { spliced } from './splice'

/** Statements are given out in these formats (1.0.3, Communication, 2.1.3; 9274.1.1, 4.1.6.1). */
export const formats = ['ids', 'exact', 'canonical'] as const
export type Format = (typeof formats)[number]

/**
 * Writes a statement with no more of its agents, verbs and activities than says which they are; of an
 * anonymous group that is which its members are. Everything else stays as it is in the text.
 * @param json `StatementEntry.json`
 */
export function asIds(json: string): string {
  return changed(json, ({ kind }, node) => {
    if (kind === 'verb') return { id: node.id }
    // An object that says no type is an activity (1.0.3, Data, 2.4.4).
    return kind === 'activity' ? { id: node.id } : identityOf(node)
  })
}

export interface CanonicalNeeds {
  /** The reader's languages, the first one first (`languagesOf`). */
  languages: readonly LanguageRange[]
  /** Finds the merged definition of an activity; left out, the statement's own counts. */
  definitionOf?: (activityId: string) => Node | undefined
}

/**
 * Writes a statement with one language of every map of its verbs and activities, each map judged
 * alone, and with what the record store knows of each activity. Agents stay as they are.
 * @param json `StatementEntry.json`
 */
export function asCanonical(json: string, { languages, definitionOf }: CanonicalNeeds): string {
  return changed(json, ({ kind }, node) => {
    if (kind === 'agent') return undefined
    if (kind === 'verb') {
      const display = nodeAt(node, 'display')
      return display && { ...node, display: choose(display, languages) }
    }
    const known = definitionOf?.(textAt(node, 'id') ?? '') ?? nodeAt(node, 'definition')
    return known && { ...node, definition: filtered(known, languages) }
  })
}

/** Lists the ids of the activities in a statement, each once: those that `definitionOf` is asked for. */
export function activityIdsIn(json: string): string[] {
  const ids = slotsIn(json).flatMap(({ kind, start, end }) => {
    const id = kind === 'activity' ? textAt(JSON.parse(json.slice(start, end)), 'id') : undefined
    return id ?? []
  })
  return [...new Set(ids)]
}

/** Puts what `change` makes of a slot in its place; undefined leaves it as it is. */
function changed(json: string, change: (slot: Slot, node: Node) => Node | undefined): string {
  const edits = slotsIn(json).flatMap((slot) => {
    const { start, end } = slot
    const made = change(slot, JSON.parse(json.slice(start, end)) as Node)
    return made === undefined ? [] : [{ start, end, text: JSON.stringify(made) }]
  })
  return spliced(json, edits)
}

function typeOf(node: Node): Node {
  return node.objectType === undefined ? {} : { objectType: node.objectType }
}

function identityOf(agent: Node): Node {
  const identifier = identifierNames.find((name) => agent[name] !== undefined)
  if (identifier !== undefined) return { ...typeOf(agent), [identifier]: agent[identifier] }
  return { ...typeOf(agent), member: nodesAt(agent, 'member').map(identityOf) }
}
