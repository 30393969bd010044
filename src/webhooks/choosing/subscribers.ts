import { createConditionIndex } from '../../event/conditions/condition-index'
import type { Subject } from '../../event/conditions/subject'
import type { WebhookSubscription } from '../../platform/registry/webhooks'
import type { Steps } from '../../syntax/steps'
import { conditionOfWebhook } from './subscription'

/** Subscribers are all webhooks, found by what they ask for and not by trying each. */
export interface Subscribers {
  /**
   * Takes the list as it is now (`listAll`). The same list again costs nothing, and another only what
   * has changed in it.
   */
  update(webhooks: readonly WebhookSubscription[]): Steps<void>
  /** Finds the webhooks that want a record, each once, in no promised order. */
  wanting(subject: Subject): Steps<readonly Subscriber[]>
  /** Finds them at once, where its tenant has few; undefined otherwise (`matchAtOnce`). */
  wantingAtOnce(subject: Subject): readonly Subscriber[] | undefined
  readonly size: number
}

export interface Subscriber {
  /** The webhook as the list had it last. */
  webhook: WebhookSubscription
}

// To file a webhook takes some ten microseconds.
const STEP = 50

export function createSubscribers(): Subscribers {
  const index = createConditionIndex<Subscriber>()
  const held = new Map<string, Subscriber>()
  let known: readonly WebhookSubscription[] | undefined

  return {
    *update(webhooks) {
      if (webhooks === known) return
      const gone = new Set(held.keys())
      for (const [at, webhook] of webhooks.entries()) {
        if (at % STEP === 0) yield
        const key = JSON.stringify([webhook.tenantId, webhook.webhookId])
        gone.delete(key)
        const subscriber = held.get(key)
        // Every write has a time of its own, later than the one before.
        const isSame = subscriber?.webhook.updatedAt === webhook.updatedAt
        if (isSame) subscriber.webhook = webhook
        else set(key, webhook)
      }
      for (const key of gone) {
        index.delete(held.get(key)!)
        held.delete(key)
      }
      known = webhooks
    },

    wanting: (subject) => index.matching(subject),
    wantingAtOnce: (subject) => index.matchAtOnce(subject),

    get size() {
      return held.size
    },
  }

  function set(key: string, webhook: WebhookSubscription) {
    const subscriber = held.get(key) ?? { webhook }
    subscriber.webhook = webhook
    held.set(key, subscriber)
    index.set(subscriber, webhook.tenantId, conditionOfWebhook(webhook))
  }
}
