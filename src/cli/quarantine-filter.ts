import type { Command } from 'commander'
import { standardNames } from '../event/record'

const names = ['source', 'standard', 'code', 'scope', 'from', 'to'] as const

// The list reads as British English has it: `caliper, xapi or native`.
const oneOf = new Intl.ListFormat('en-GB', { type: 'disjunction' })

export type FilterOptions = Partial<Record<(typeof names)[number], string>>

export function withFilterOptions(command: Command): Command {
  return command
    .option('--source <id>', 'of this source')
    .option('--standard <name>', oneOf.format(standardNames))
    .option('--code <code>', 'refused for this reason, e.g. required or conflict')
    .option('--scope <scope>', 'item: one of a request; body: a whole one')
    .option('--from <time>', 'received at this time or later, e.g. 2026-11-21T09:30:00Z')
    .option('--to <time>', 'received before this time')
}

/** Returns the filters under the names that the server has for them. */
export function filterOf(options: FilterOptions): Record<string, string> {
  const filter: Record<string, string> = {}
  for (const name of names) {
    const value = options[name]
    if (value !== undefined) filter[name === 'source' ? 'sourceId' : name] = value
  }
  return filter
}
