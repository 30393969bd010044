import type { EventRecord } from './record'

/**
 * Leaves out of a record what is for stores alone. What is left is what `view=record`, the format
 * `record` of live subscriptions and that of webhooks show.
 */
export function shownRecord({ contentDigest: _, sentSha256: __, ...shown }: EventRecord) {
  return shown
}
