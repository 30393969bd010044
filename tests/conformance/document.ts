import { entities } from '../../src/standards/caliper/model/entities'
import { eventBase, events } from '../../src/standards/caliper/model/events'
import { profiles } from '../../src/standards/caliper/model/profiles'

/** The tables of `docs/conformance.md`, made of the model. */
export function modelTables(): string {
  const eventRows = Object.entries(events).map(([type, { actions, has = {} }]) => {
    const range = (name: string) => (has[name] ?? eventBase[name]!).replace(/, .*/, '')
    const listed = type === 'Event' ? 'all 80' : [...actions].join(', ')
    const own = (name: string) => (has[name] === undefined ? '' : range(name))
    const cells = [type, listed, range('actor'), range('object'), own('generated'), own('target')]
    return row(cells)
  })
  const profileRows = Object.entries(profiles).map(([name, rows]) =>
    row([name, [...new Set(rows.map(({ event }) => event))].join(', ')]),
  )
  const entityRows = Object.entries(entities).map(([type, { of, has = {} }]) =>
    row([type, [of].flat().join(', '), Object.keys(has).join(', ')]),
  )
  return [
    '### Events\n',
    row(['type', 'actions', 'actor', 'object', 'generated', 'target']),
    '|---|---|---|---|---|---|',
    ...eventRows,
    '\n### Profiles\n',
    row(['profile', 'events']),
    '|---|---|',
    ...profileRows,
    '\n### Entities\n',
    row(['type', 'is a', 'has besides']),
    '|---|---|---|',
    ...entityRows,
  ].join('\n')
}

function row(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll(' | ', ' or ')).join(' | ')} |`
}
