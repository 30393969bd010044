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
  registry.registerComponent('schemas', 'WebhookMessage', {
    type: 'object',
    properties: {
      type: { type: 'string', enum: ['events'] },
      timestamp: { ...text, format: 'date-time', description: 'When the message was made' },
      data: {
        type: 'array',
        description: 'At most a hundred, each as it was sent, of whichever standard',
        items: {
          anyOf: [
            { $ref: '#/components/schemas/CaliperAnyEvent' },
            { $ref: '#/components/schemas/XapiStatement' },
            { $ref: '#/components/schemas/NativeEvent' },
            { type: 'object', description: 'Another, as it was sent', additionalProperties: true },
          ],
        },
      },
      repaired: { type: 'array', items: { $ref: '#/components/schemas/WebhookRepair' } },
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
        header('webhook-signature', '`v1,` and HMAC-SHA256 of id, timestamp and body, base64'),
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/WebhookMessage' },
            example: {
              type: 'events',
              timestamp: '2026-11-21T09:30:01.000Z',
              data: [exampleEvent('ViewEvent')],
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
