import type { OpenAPIHono } from '@hono/zod-openapi'
import { exampleEvent } from '../src/standards/caliper/model/example'

type Registry = OpenAPIHono['openAPIRegistry']

const text = { type: 'string' } as const

/** Puts the schema of what is posted to a webhook into the document. */
export function describeWebhookMessage(registry: Registry): void {
  registry.registerComponent('schemas', 'WebhookRepair', {
    type: 'object',
    description: 'Of an event that was repaired in quarantine: who changed what',
    properties: {
      index: { type: 'integer', description: 'Its place in `data`' },
      by: { ...text, description: 'Id of the key' },
      at: { ...text, format: 'date-time' },
      paths: {
        type: 'array',
        items: text,
        description: 'JSON Pointers to what was changed; absent: it may be all',
      },
    },
    required: ['index', 'by', 'at'],
  })
  registry.registerComponent('schemas', 'WebhookThinMark', {
    type: 'object',
    description: 'Of an event that was too large for the message, and is in it without its content',
    properties: {
      index: { type: 'integer', description: 'Its place in `data`' },
      bytes: { type: 'integer', description: 'So many bytes it has' },
    },
    required: ['index', 'bytes'],
  })
  registry.registerComponent('schemas', 'WebhookThinEvent', {
    type: 'object',
    properties: {
      id: text,
      type: text,
      link: {
        ...text,
        format: 'uri-reference',
        description: 'Where it can be read, on this server',
      },
    },
    required: ['id', 'type', 'link'],
  })
  registry.registerComponent('schemas', 'WebhookNotice', {
    type: 'object',
    description: 'Tells those who name it in `events` of a webhook or a source, in every format',
    properties: {
      type: { ...text, description: 'E.g. `nonius.webhook.disabled`' },
      timestamp: { ...text, format: 'date-time' },
      data: { type: 'object', additionalProperties: true },
    },
    required: ['type', 'timestamp', 'data'],
  })
  registry.registerComponent('schemas', 'WebhookCloudEvent', {
    type: 'object',
    description: 'CloudEvents 1.0, JSON format',
    properties: {
      specversion: { type: 'string', enum: ['1.0'] },
      id: { ...text, description: 'The id of the event' },
      source: { ...text, format: 'uri-reference', description: '`/tenants/ID/sources/ID`' },
      type: { ...text, description: '`nonius.STANDARD.TYPE`, e.g. `nonius.caliper.ViewEvent`' },
      subject: { ...text, description: 'The id of its object. Left out beside `fields`' },
      time: { ...text, format: 'date-time', description: 'It happened then' },
      datacontenttype: { type: 'string', enum: ['application/json'] },
      receivedat: { ...text, format: 'date-time', description: 'It arrived here then' },
      repairedby: { ...text, description: 'Id of the key that repaired it in quarantine' },
      repairedat: { ...text, format: 'date-time' },
      thinbytes: { type: 'integer', description: 'It was too large: `data` has id, type and link' },
      data: { type: 'object', description: 'The event as it was sent', additionalProperties: true },
    },
    required: [
      'specversion',
      'id',
      'source',
      'type',
      'time',
      'datacontenttype',
      'receivedat',
      'data',
    ],
  })
  registry.registerComponent('schemas', 'WebhookMessage', {
    type: 'object',
    properties: {
      type: { type: 'string', enum: ['events'] },
      timestamp: { ...text, format: 'date-time', description: 'When the message was made' },
      data: {
        type: 'array',
        description:
          'At most as many as `batch.maxEvents` says, each in the `format` of the webhook: as it was sent, of whichever standard, unless it says otherwise',
        items: {
          anyOf: [
            { $ref: '#/components/schemas/CaliperAnyEvent' },
            { $ref: '#/components/schemas/XapiStatement' },
            { $ref: '#/components/schemas/NativeEvent' },
            { $ref: '#/components/schemas/WebhookThinEvent' },
            { type: 'object', description: 'Another, as it was sent', additionalProperties: true },
          ],
        },
      },
      repaired: { type: 'array', items: { $ref: '#/components/schemas/WebhookRepair' } },
      thin: { type: 'array', items: { $ref: '#/components/schemas/WebhookThinMark' } },
    },
    required: ['type', 'timestamp', 'data'],
  })
}

const header = (name: string, description: string) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  schema: { type: 'string' as const },
})

const reply = (description: string) => ({ description })

/** The webhook has no path of ours, since its target is whoever made it. */
export const webhooks = {
  events: {
    post: {
      operationId: 'webhookEvents',
      tags: ['Webhooks'],
      summary: 'Events, to the `targetUrl` of a webhook',
      description:
        'Signed as Standard Webhooks has it, with the `secret` that the reply to `POST /webhooks` showed. At least once: remember `webhook-id` for a few days. No reply within 15 s is as good as a failure.',
      parameters: [
        header('webhook-id', 'The same whenever the message comes again'),
        header('webhook-timestamp', 'Of this attempt, in seconds since 1970'),
        header(
          'webhook-signature',
          'With blanks between: `v1,` and HMAC-SHA256 of id, timestamp and body, or `v1a,` and Ed25519 of the same, base64; of each secret that is good. The body is that before it was compressed',
        ),
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              anyOf: [
                { $ref: '#/components/schemas/WebhookMessage' },
                { $ref: '#/components/schemas/WebhookNotice' },
              ],
            },
            example: {
              type: 'events',
              timestamp: '2026-11-21T09:30:01.000Z',
              data: [exampleEvent('ViewEvent')],
            },
          },
          'application/cloudevents+json': {
            schema: { $ref: '#/components/schemas/WebhookCloudEvent' },
          },
          'application/cloudevents-batch+json': {
            schema: {
              type: 'array' as const,
              items: { $ref: '#/components/schemas/WebhookCloudEvent' },
            },
          },
        },
      },
      responses: {
        '2XX': reply('It is delivered; the body is not read'),
        '410': reply('The target is gone: the webhook is disabled'),
        default: reply('It is sent again, up to eleven times, later and later'),
      },
    },
  },
}
