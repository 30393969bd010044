import type { ServingPlatform } from '../platform'

// No tenant has this name: each look costs half a read unit and finds nothing.
const NOBODY = 'health'

/** Tells whether each table can be read; CloudWatch tells the rest. */
export async function checkHealth({
  events,
  registry,
  quarantine,
}: Pick<ServingPlatform, 'events' | 'registry' | 'quarantine'>): Promise<{ problems: string[] }> {
  const looks = {
    store: events.get(NOBODY, NOBODY),
    registry: registry.tenants.get(NOBODY),
    quarantine: quarantine.get(NOBODY, NOBODY),
  }
  const problems = Object.entries(looks).map(([part, look]) =>
    look.then(
      () => [],
      (error: Error) => [`${part}: ${error.message}`],
    ),
  )
  return { problems: (await Promise.all(problems)).flat() }
}
