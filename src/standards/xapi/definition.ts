import type { Fragment } from '../../event/statement'
import { choose, type LanguageRange } from './languages'
import { type ComponentList, componentLists } from './model/interactions'
import { isNode, type Node, nodeAt, nodesAt } from './node'

const maps = ['name', 'description', 'extensions'] as const
const languageMaps = ['name', 'description'] as const
const interaction = ['interactionType', 'correctResponsesPattern', ...componentLists] as const

/**
 * Makes one definition of all that statements said of an activity (1.0.3, Data, 2.4.4.1): languages
 * and extensions of all of them, of one language or extension the newest; the newest `type` and
 * `moreInfo`; and the interaction of the newest that has one, whole.
 * @param fragments oldest first
 * @returns undefined when nothing was said
 */
export function mergedDefinition(fragments: readonly Fragment[]): Node | undefined {
  if (fragments.length === 0) return undefined
  const merged: Node = {}
  for (const { json } of fragments) {
    const one = JSON.parse(json) as Node
    for (const name of maps) {
      const said = nodeAt(one, name)
      if (said !== undefined) merged[name] = Object.assign(nodeAt(merged, name) ?? {}, said)
    }
    for (const name of ['type', 'moreInfo']) {
      if (one[name] !== undefined) merged[name] = one[name]
    }
    if (one.interactionType === undefined) continue
    for (const name of interaction) merged[name] = one[name]
  }
  return merged
}

/**
 * Makes the Activity object that the activities resource answers with (1.0.3, Communication, 2.5); of
 * an activity that nobody spoke of it has the id alone.
 */
export function activityObject(id: string, fragments: readonly Fragment[]): Node {
  return { objectType: 'Activity', id, definition: mergedDefinition(fragments) }
}

/** Leaves one language of every map of a definition (1.0.3, Communication, 2.1.3). */
export function filtered(definition: Node, languages: readonly LanguageRange[]): Node {
  const made = { ...definition }
  for (const name of languageMaps) {
    const map = nodeAt(definition, name)
    if (map !== undefined) made[name] = choose(map, languages)
  }
  for (const name of componentLists) {
    if (Array.isArray(definition[name])) made[name] = components(definition, name, languages)
  }
  return made
}

function components(
  definition: Node,
  name: ComponentList,
  languages: readonly LanguageRange[],
): Node[] {
  return nodesAt(definition, name).map((component) => {
    const { description } = component
    if (!isNode(description)) return component
    return { ...component, description: choose(description, languages) }
  })
}
