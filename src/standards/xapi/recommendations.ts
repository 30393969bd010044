import type { Issue } from '../../error/issue'
import type { ReportedIssue } from '../standard'
import { activityOf } from './activities'
import { type ComponentList, componentLists, interactions } from './model/interactions'
import { type Node, nodeAt, textAt } from './node'
import { type Section, specOf } from './sections'
import type { XapiVersion } from './version'

// A time of day that ends without a zone.
const ZONELESS = /^.{10}[^Zz+-]*$/

/**
 * Finds where a statement departs from what the text recommends: what it needs to be read by people,
 * to be told apart when it is sent again, and to be placed in time.
 * @param statement that breaks no rule
 * @param place where it stands in its body
 */
export function recommendationsFor(
  statement: Node,
  version: XapiVersion,
  place: Issue['path'],
): ReportedIssue[] {
  const found: ReportedIssue[] = []
  function warn(path: string[], code: string, section: Section, message: string): void {
    const spec = specOf(section, version)
    found.push({ path: [...place, ...path], message, code, spec, severity: 'warning' })
  }

  if (statement.id === undefined) {
    warn(['id'], 'recommended', 'id', 'Without an id, a statement sent twice is stored twice')
  }
  if (statement.stored !== undefined) {
    warn(['stored'], 'not_recommended', 'stored', 'The record store sets it, and replaces this one')
  }
  const timestamp = textAt(statement, 'timestamp')
  if (timestamp === undefined) {
    warn(['timestamp'], 'recommended', 'timestamp', 'Without it, it happened when it arrived')
  } else if (ZONELESS.test(timestamp)) {
    warn(['timestamp'], 'zone_recommended', 'timestamps', 'Without a zone it is taken as UTC')
  }
  if (nodeAt(statement, 'verb')?.display === undefined) {
    warn(['verb', 'display'], 'recommended', 'verb', 'People read the display, not the IRI')
  }
  const { min, max } = nodeAt(nodeAt(statement, 'result'), 'score') ?? {}
  if (min !== undefined && min === max) {
    warn(['result', 'score', 'min'], 'empty_range', 'score', 'The min should be below max')
  }
  const activity = activityOf(statement)
  if (activity !== undefined) warnOfDefinition(nodeAt(activity, 'definition'), warn)
  return found
}

type Warn = (path: string[], code: string, section: Section, message: string) => void

function warnOfDefinition(definition: Node | undefined, warn: Warn): void {
  const path = ['object', 'definition']
  if (definition === undefined) {
    warn(path, 'recommended', 'activity', 'It says what the activity is called, and its type')
    return
  }
  for (const name of ['name', 'type']) {
    if (definition[name] === undefined) {
      warn([...path, name], 'recommended', 'activity', 'Recommended')
    }
  }
  const type = textAt(definition, 'interactionType')
  if (type === undefined) return
  const used: readonly ComponentList[] = interactions[type as keyof typeof interactions]
  for (const name of componentLists) {
    if (definition[name] !== undefined && !used.includes(name)) {
      warn([...path, name], 'not_recommended', 'activity', `An interaction of ${type} has none`)
    }
  }
}
