import { canvas } from './canvas'
import { cloudevents } from './cloudevents'
import type { Dialect, Members } from './dialect'
import { edx } from './edx'
import { isObject } from './look-up'
import { observer } from './observer'
import { segment } from './segment'

/** Every dialect, in the order in which an item is asked whether it is of one. */
export const dialects: readonly Dialect[] = [cloudevents, canvas, segment, edx]

const byName = new Map(dialects.map((dialect) => [dialect.name, dialect]))

/**
 * Finds the dialect of an item: the one that its form shows, else the one that its source is set to, if
 * it may be of that. Whoever names its type `event_type` writes a native event, but for Open edX, which
 * says with it where the event comes from.
 */
export function dialectOf(
  item: Members,
  context: Readonly<Record<string, string>>,
): Dialect | undefined {
  if (context.stream === observer.name) return observer
  if (typeof item.event_type === 'string') {
    if (item.event_source === undefined && context.dialect !== edx.name) return undefined
    const isEdx = edx.isOne(item) || (context.dialect === edx.name && edx.mayBeOne(item))
    return isEdx ? edx : undefined
  }
  // An event of Caliper, or an envelope of them, is of no dialect, whatever else it has.
  if ('@context' in item || 'dataVersion' in item) return undefined
  const shown = dialects.find((dialect) => dialect.isOne(item))
  if (shown !== undefined) return shown
  // The addresses of Segment take nothing else.
  if (context.call !== undefined) return segment
  const set = context.dialect === undefined ? undefined : byName.get(context.dialect)
  return set?.mayBeOne(item) === true ? set : undefined
}

/** Tells an item of a dialect by its form, and of which it is. */
export function dialectShown(value: unknown): Dialect | undefined {
  return isObject(value) ? dialectOf(value, {}) : undefined
}
