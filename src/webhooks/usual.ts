import type { WebhookSubscription } from '../platform/registry/webhooks'

/** Webhooks have these settings where they say nothing else. */
export const usual = {
  signatures: ['v1'],
  format: 'raw',
  // A tenth of a second is noticed by nobody, and turns a trickle into fuller messages.
  batch: { maxEvents: 100, maxSeconds: 0.1 },
  // A hundred events of 1–2 KB are some 150 KB, which every common receiver takes in one request
  // (nginx stops at 1 MB, Express's json() at 100 KB unless told otherwise).
  maxBytes: 256 * 1024,
  ordered: false,
  maxConcurrent: 4,
} as const satisfies Partial<Readonly<Record<keyof WebhookSubscription, unknown>>>
