import { jsonBody, keyed, problems } from '../openapi'
import { preferHeader, receiptReply } from '../receipt-schemas'
import { createRoute } from '../route'
import { Body } from './body-schema'
import { caliperEnvelope } from './examples'
import { refusals } from './refusals'

export const route = createRoute({
  method: 'post',
  path: '/caliper/v1p2/events',
  operationId: 'receiveCaliperEvents',
  tags: ['Caliper'],
  summary: 'Send events and entities',
  description:
    'Scope `events:write`. Caliper 1.2, section 6.1; envelopes of 1.1 and 1.0 are taken too, and so is an array of envelopes, as Open edX batches them. Answered once everything is on disk. What cannot be kept as an event is quarantined and named; it costs the others nothing.',
  ...keyed,
  request: {
    headers: preferHeader,
    body: jsonBody(Body, {
      description: 'An envelope, or an array of them',
      example: caliperEnvelope,
    }),
  },
  responses: {
    200: receiptReply,
    ...problems(...refusals),
  },
})
