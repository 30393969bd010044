import { InvalidArgumentError, Option } from 'commander'
import type { Condition } from '../../event/condition'
import { readConditionText } from '../../event/conditions'
import { describeIssue } from '../issue-text'

// The names on the left are those of the options, on the right those of GET /analytics/events.
const names = {
  type: 'type',
  action: 'commonAction',
  actor: 'actorId',
  object: 'objectId',
  session: 'sessionId',
  group: 'groupId',
  source: 'sourceId',
  kind: 'kind',
  filter: 'filter',
} as const

export type TailFilters = { [Name in keyof typeof names]?: string }

export function filterOptions(): Option[] {
  return [
    new Option('--source <id>', 'of this source'),
    new Option('--type <type>', 'e.g. ViewEvent'),
    new Option('--action <action>', "in Caliper's words, e.g. Viewed"),
    new Option('--actor <id>', 'of this person'),
    new Option('--object <id>', 'of this object'),
    new Option('--session <id>', 'of this session'),
    new Option('--group <id>', 'of this course, section or group'),
    new Option('--kind <kind>', 'what to print, events unless --filter says otherwise').choices([
      ...['event', 'entity', 'all'],
    ]),
    new Option(
      '--filter <json>',
      'a condition, e.g. \'{"path":"payload.score","lt":0.5}\' (docs/filters.md)',
    ).argParser(readFilterOption),
  ]
}

/** Reads a condition, so that a mistake is told before anything is asked. */
function readFilterOption(text: string): string {
  const { errors } = readConditionText(text)
  if (errors === undefined) return text
  throw new InvalidArgumentError(`${errors.map(describeIssue).join('; ')}.`)
}

/** Returns the filters under the names that the server has for them. */
export function filtersOf(options: TailFilters): Record<string, string> {
  const filters: Record<string, string> = {}
  for (const [option, name] of Object.entries(names)) {
    const value = options[option as keyof typeof names]
    if (value !== undefined) filters[name] = value
  }
  return filters
}

const kinds: Record<string, { equals: string } | { in: string[] }> = {
  event: { equals: 'event' },
  entity: { equals: 'entity' },
  all: { in: ['event', 'entity'] },
}

/** Returns the filters as a condition; undefined when every event is asked for. */
export function conditionOf(options: TailFilters): Condition | undefined {
  const { kind, filter, ...fields } = filtersOf(options)
  const all: Condition[] = Object.entries(fields).map(([path, equals]) => ({ path, equals }))
  // A condition may ask for entities itself; the name of a type alone does not.
  const ofKind = kind ?? (filter === undefined && all.length > 0 ? 'event' : undefined)
  if (ofKind !== undefined) all.push({ path: 'kind', ...kinds[ofKind]! })
  if (filter !== undefined) all.push(readConditionText(filter).condition!)
  return all.length === 0 ? undefined : { all }
}
