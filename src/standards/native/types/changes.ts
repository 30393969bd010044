import type { Issue } from '../../../error/issue'
import type { EventType } from '../../../event/event-type'
import { comparing } from './changes/compare'
import { breaking } from './changes/comparison'

// A person mends the first of them; the others are like them.
const MAX_CHANGES = 100

/**
 * Tells by two schemas alone what was good under the first and is not under the second. It errs on one
 * side: what it cannot tell breaks.
 * @param was left out, any object was good
 * @returns the places in the new schema, at most a hundred; none when nothing breaks
 */
export function breakingChanges(
  was: Record<string, unknown> = {},
  now: Record<string, unknown> = {},
): Issue[] {
  return comparing({ was, now })(was, now, []).slice(0, MAX_CHANGES)
}

/** Tells the same of two whole types: their schemas, and how much a payload may have. */
export function breakingTypeChanges(was: EventType, now: EventType): Issue[] {
  const limits = (['maxPayloadBytes', 'maxPayloadKeys'] as const).flatMap((name) => {
    const [before = Number.POSITIVE_INFINITY, after = before] = [was, now].map(
      ({ limits }) => limits?.[name],
    )
    if (now.limits?.[name] === undefined || after >= before) return []
    const said = Number.isFinite(before) ? before : 'without a limit'
    return [breaking(['limits', name], `Tightened: ${said} before, ${after} now`)]
  })
  const schemas = (['schema', 'envelope'] as const).flatMap((name) =>
    breakingChanges(was[name], now[name]).map((issue) => ({
      ...issue,
      path: [name, ...issue.path],
    })),
  )
  return [...schemas, ...limits].slice(0, MAX_CHANGES)
}
