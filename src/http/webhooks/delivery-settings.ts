import { deliveryFormats, signatureSchemes } from '../../platform/registry/webhooks'
import { usual } from '../../webhooks/usual'
import { z } from '../zod'
import { SelectedFields } from './selected-fields'

const maxEvents = z.int().min(1).max(500)
const maxSeconds = z.number().min(0).max(60)

const batch = {
  maxEvents: maxEvents.openapi({ description: 'A message has at most so many events' }),
  maxSeconds: maxSeconds.openapi({ description: 'It waits at most so long for more of them' }),
}

/** How messages are put together; what is left out is as usual. */
export const Batch = z
  .strictObject({
    maxEvents: batch.maxEvents.default(usual.batch.maxEvents),
    maxSeconds: batch.maxSeconds.default(usual.batch.maxSeconds),
  })
  .openapi('WebhookBatch')

export const BatchChanges = z.strictObject({
  maxEvents: batch.maxEvents.nullable().optional(),
  maxSeconds: batch.maxSeconds.nullable().optional(),
})

const KILOBYTE = 1024
// A message of less would hold few events; one event may have 6 MB, as a request may.
const [LEAST_BYTES, MOST_BYTES] = [16 * KILOBYTE, 6 * KILOBYTE * KILOBYTE]

/** A receiver may ask for these beside which events it wants, and where. */
export const deliverySettings = {
  signatures: z
    .array(z.enum(signatureSchemes))
    .min(1)
    .refine((schemes) => new Set(schemes).size === schemes.length, {
      error: 'Must name each scheme once',
    })
    .openapi({
      description:
        '`v1`: HMAC-SHA256 with the secret, which is usual; `v1a`: Ed25519, for which there is a public key then',
    }),
  format: z.enum(deliveryFormats).openapi({
    description:
      '`raw`: events as they were sent, which is usual; `record`: as normalised by us; `thin`: ids, types and links; `cloudevents`: CloudEvents 1.0, a batch unless `batch.maxEvents` is 1',
  }),
  fields: SelectedFields,
  contentEncoding: z
    .enum(['gzip'])
    .openapi({ description: 'Bodies are compressed. The signature is that of the body before' }),
  maxBytes: z
    .int()
    .min(LEAST_BYTES)
    .max(MOST_BYTES)
    .openapi({
      description: `A body has at most so many bytes, before it is compressed; ${usual.maxBytes} is usual. An event that is larger is sent thin`,
    }),
  ordered: z.boolean().openapi({
    description: 'One message at a time for each actor, in the order of arrival; usually false',
  }),
  maxConcurrent: z
    .int()
    .min(1)
    .max(16)
    .openapi({ description: `So many attempts at once; ${usual.maxConcurrent} is usual` }),
  maxPerSecond: z
    .number()
    .min(0.1)
    .max(1000)
    .openapi({ description: 'So many attempts a second; left out, as many as there are' }),
}
