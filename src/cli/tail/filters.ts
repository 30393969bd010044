import { Option } from 'commander'
import type { Condition } from '../../event/condition'

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
    new Option('--kind <kind>', 'what to print')
      .choices(['event', 'entity', 'all'])
      .default('event'),
  ]
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

/** Returns the filters as a condition; undefined when every event is asked for. */
export function conditionOf(options: TailFilters): Condition | undefined {
  const { kind = 'event', ...fields } = filtersOf(options)
  const ofFields = Object.entries(fields).map(([path, equals]) => ({ path, equals }))
  const ofKind: Condition =
    kind === 'all' ? { path: 'kind', in: ['event', 'entity'] } : { path: 'kind', equals: kind }
  return ofFields.length === 0 && kind === 'event' ? undefined : { all: [ofKind, ...ofFields] }
}
