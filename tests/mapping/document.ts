import { activityTypes, typesOfEntities } from '../../src/mapping/activity-types'
import { prefixes } from '../../src/mapping/prefixes'
import { type VerbRow, verbRows, verbsOfActions } from '../../src/mapping/verbs'

/** The tables of `docs/mapping.md`, made of those of `src/mapping`. */
export function mappingTables(): string {
  const prefixRows = Object.entries(prefixes).map(([name, iri]) => row([`${name}:`, `\`${iri}\``]))
  const typeRows = [...activityTypes, ...typesOfEntities].map((one) =>
    row([
      `\`${one.activityType}\``,
      one.entity,
      one.match,
      typesOfEntities.includes(one) ? 'to xAPI only' : '',
    ]),
  )
  return [
    '### Prefixes\n',
    row(['prefix', 'stands for']),
    '|---|---|',
    ...prefixRows,
    '\n### Verbs and events\n',
    row(['verb', 'on', 'Caliper event', 'action', 'match', '']),
    '|---|---|---|---|---|---|',
    ...verbRows.map((one) => verbRow(one)),
    ...verbsOfActions.map((one) => verbRow(one, 'to xAPI only')),
    '\n### Activity types and entities\n',
    row(['activity type', 'Caliper entity', 'match', '']),
    '|---|---|---|---|',
    ...typeRows,
  ].join('\n')
}

function verbRow({ verb, on, event, action = '', match }: VerbRow, direction = ''): string {
  const entities = on.map((one) => (one === '*' ? 'anything else' : one)).join(', ')
  return row([`\`${verb}\``, entities, event, action, match, direction])
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}
