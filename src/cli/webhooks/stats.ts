import type { Command } from 'commander'
import { createApiClient } from '../api-client'
import { type CommonOptions, commandOfOne, linesOf, pathOf, print, printJson } from './shared'

export function statsCommand(): Command {
  return commandOfOne('stats', 'tell how its deliveries go, and what waits', 'read').action(
    async (id: string, options: CommonOptions) => {
      const stats = await createApiClient(options)<Record<string, unknown>>(
        'GET',
        pathOf(id, 'stats'),
      )
      if (options.json) return printJson(stats)
      print(...linesOf(flat(stats)))
    },
  )
}

/** Names the members of members by their path: `latencyMs.p95`. */
function flat(members: Record<string, unknown>, before = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(flat(value as Record<string, unknown>, `${before}${name}.`))
        : [[`${before}${name}`, value]],
    ),
  )
}
