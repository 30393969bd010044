import type { FormerSecret, Webhook } from '../../platform/registry/webhooks'
import { newKeyPair } from './key-pair'

// A receiver verifies each signature until one is good; a third rotation within the overlap of the first
// ends that.
const MAX_FORMER = 2

/**
 * Gives a webhook another secret, and another key pair where it has one; messages are signed with the
 * ones before as well, until then.
 */
export function rotated(
  webhook: Webhook,
  { secret, until, now }: { secret: string; until: string; now: Date },
): Webhook {
  const { former = [], ...others } = webhook
  const isGood = (one: FormerSecret) => Date.parse(one.until) > now.getTime()
  const last = { secret: webhook.secret, privateKey: webhook.privateKey, until }
  const still = [last, ...former].filter(isGood).slice(0, MAX_FORMER)
  return {
    ...others,
    secret,
    ...(webhook.privateKey !== undefined && newKeyPair()),
    ...(still.length > 0 && { former: still }),
  }
}
