import { durationMs } from '../../../syntax/duration'
import { toUtcMillis } from '../../../syntax/timestamp'
import { isNode, type Node, nodeOf, typeOf } from '../node'
import type { CaliperVersion } from '../version'

/**
 * Finds the time that somebody spent: on an attempt, on a response, in the session that ended. Not a
 * video's length.
 */
export function timeSpent(
  item: Node,
  type: string,
  made: unknown,
  version: CaliperVersion,
): number | undefined {
  const { object } = item
  const spent =
    spentOn(made, version) ?? spentOn(nodeOf(made)?.attempt, version) ?? spentOn(object, version)
  if (spent !== undefined || type !== 'SessionEvent') return spent
  // In 1.0 the session that ended is the target.
  return spentOn(item.target, version) ?? spentOn(item.session, version)
}

export function spentOn(value: unknown, version: CaliperVersion): number | undefined {
  if (!isNode(value)) return undefined
  const type = typeOf(value)
  if (type === undefined) return undefined
  if (type !== 'Attempt' && !type.endsWith('Response') && !type.endsWith('Session'))
    return undefined
  const { duration } = value
  if (typeof duration === 'string') {
    const ms = durationMs(duration)
    if (ms !== undefined) return ms
  }
  const between = timeBetween(value.startedAtTime, value.endedAtTime)
  if (between !== undefined) return between
  // Libraries of 1.0 count whole seconds.
  const isCount = version === '1.0' && Number.isSafeInteger(duration) && (duration as number) >= 0
  return isCount ? (duration as number) * 1000 : undefined
}

function timeBetween(start: unknown, end: unknown): number | undefined {
  if (typeof start !== 'string' || typeof end !== 'string') return undefined
  const [from, to] = [toUtcMillis(start), toUtcMillis(end)]
  if (from === undefined || to === undefined || to < from) return undefined
  return Date.parse(to) - Date.parse(from)
}
