import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { ANONYMOUS } from '../event/pseudonym'
import type { Clock } from '../platform/clock'
import type { ServingPlatform } from '../platform/platform'
import { standards } from '../standards'

export interface NobodyNeeds {
  typeCounts: Pick<ServingPlatform['typeCounts'], 'read'>
  registry: { sources: Pick<ServingPlatform['registry']['sources'], 'list'> }
  clock: Pick<Clock, 'now'>
}

/**
 * Refuses ids that are nobody's: what holds such a text holds it as a word, and with the person that was
 * meant everybody's events would go.
 * @throws {AppError} `invalid_request` naming each, and what it is
 */
export async function assertPeople(
  { typeCounts, registry, clock }: NobodyNeeds,
  tenantId: string,
  ids: readonly string[],
): Promise<void> {
  const [types, sources, ...words] = await Promise.all([
    typeCounts.read(tenantId, clock.now()),
    registry.sources.list(tenantId),
    ...standards.map(async ({ loadWords }) => (await loadWords?.()) ?? new Set<string>()),
  ])
  const typeNames = new Set(types.map(({ type }) => type))
  const sourceIds = new Set(sources.map(({ sourceId }) => sourceId))

  function wordFor(id: string): string | undefined {
    if (id === ANONYMOUS) return 'stands for everybody who is anonymous'
    if (typeNames.has(id)) return 'is a type of events'
    if (sourceIds.has(id)) return 'is a source'
    return words.some((one) => one.has(id)) ? 'is a term of a standard' : undefined
  }

  const errors = ids.flatMap((id): Issue[] => {
    const word = wordFor(id)
    if (word === undefined) return []
    const message = `Must be the id of a person; ${JSON.stringify(id)} ${word}`
    return [{ path: ['subject'], message, code: 'no_person' }]
  })
  if (errors.length === 0) return
  throw new AppError('invalid_request', `${errors[0]!.message}.`, { errors: errors.slice(0, 100) })
}
