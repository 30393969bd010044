import { endOfValue, skipSpace } from '../../syntax/json-scan'
import { relations } from './activities'
import { memberNamed, membersAt } from './splice'

/** A slot is an agent, group, verb or activity in the text of a statement, wherever it stands. */
export interface Slot {
  kind: 'agent' | 'verb' | 'activity'
  start: number
  end: number
}

const COMMA = 44
const OPEN_ARRAY = 91

/**
 * Finds the slots of a statement.
 * @param text of a statement that was parsed before
 * @param open the index of its brace
 */
export function slotsIn(text: string, open = skipSpace(text, 0)): Slot[] {
  return membersAt(text, open).flatMap(({ name, start, end }): Slot[] => {
    if (name === 'actor' || name === 'authority') return [{ kind: 'agent', start, end }]
    if (name === 'verb') return [{ kind: 'verb', start, end }]
    if (name === 'object') return objectSlots(text, start, end)
    return name === 'context' ? contextSlots(text, start) : []
  })
}

function objectSlots(text: string, start: number, end: number): Slot[] {
  const member = memberNamed(membersAt(text, start), 'objectType')
  const type = member === undefined ? 'Activity' : JSON.parse(text.slice(member.start, member.end))
  if (type === 'SubStatement') return slotsIn(text, start)
  if (type === 'Activity') return [{ kind: 'activity', start, end }]
  return type === 'StatementRef' ? [] : [{ kind: 'agent', start, end }]
}

function contextSlots(text: string, open: number): Slot[] {
  return membersAt(text, open).flatMap(({ name, start, end }): Slot[] => {
    if (name === 'instructor' || name === 'team') return [{ kind: 'agent', start, end }]
    if (name === 'contextActivities') return activitySlots(text, start)
    if (name === 'contextAgents') return innerAgents(text, start, 'agent')
    return name === 'contextGroups' ? innerAgents(text, start, 'group') : []
  })
}

function activitySlots(text: string, open: number): Slot[] {
  const known: readonly string[] = relations
  return membersAt(text, open)
    .filter(({ name }) => known.includes(name))
    .flatMap(({ start }) => elementsAt(text, start))
    .map((place) => ({ kind: 'activity', ...place }))
}

function innerAgents(text: string, open: number, name: 'agent' | 'group'): Slot[] {
  return elementsAt(text, open).flatMap((element): Slot[] => {
    const member = memberNamed(membersAt(text, element.start), name)
    return member === undefined ? [] : [{ kind: 'agent', start: member.start, end: member.end }]
  })
}

/** Finds the elements of an array; of anything else that stands there, only that. */
function elementsAt(text: string, start: number): { start: number; end: number }[] {
  if (text.charCodeAt(start) !== OPEN_ARRAY) return [{ start, end: endOfValue(text, start) }]
  const end = endOfValue(text, start) - 1
  const elements: { start: number; end: number }[] = []
  let at = skipSpace(text, start + 1)
  while (at < end) {
    const after = endOfValue(text, at)
    elements.push({ start: at, end: after })
    at = skipSpace(text, after)
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return elements
}
