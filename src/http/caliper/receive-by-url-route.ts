import { problems } from '../openapi'
import { preferHeader, receiptReply } from '../receipt-schemas'
import { createRoute } from '../route'
import { z } from '../zod'
import { Envelope } from './envelope'
import { caliperEnvelope } from './examples'
import { refusals } from './refusals'

const BareEvent = z.looseObject({}).openapi('CaliperItem', {
  description: 'An event or a described entity, as it would stand in the `data` of an envelope',
})

const Body = z
  .union([Envelope, BareEvent, z.array(z.unknown())])
  .openapi('CaliperBody', { description: 'An envelope, an event, or an array of either' })

const Signed = z
  .string()
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  .openapi('SignedBody', { description: 'A JWS in compact form (RFC 7515), e.g. a signed JWT' })

const TextBody = z.string().openapi({ description: 'A signed body, or JSON' })

const signedBody = {
  schema: Signed,
  example: 'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.e30.c2lnbmF0dXJl',
}

export const route = createRoute({
  method: 'post',
  path: '/caliper/in/{key}',
  operationId: 'receiveCaliperEventsByUrl',
  tags: ['Caliper'],
  summary: 'Send events from where only a URL can be set',
  description:
    'As `POST /caliper/v1p2/events`, for senders that cannot set a header (Canvas Live Events): the key, with scope `events:write`, is part of the address. Whoever has the address has the key, so use a key of its own for it. The body may be an envelope, a single event or an array of either, and it may be signed: a JWS in compact form is verified with the keys of the source (`signing` at `PUT /sources/{id}`). A body whose signature cannot be verified, or that lacks a required one, is answered 401 and kept in quarantine.',
  request: {
    params: z.object({
      key: z.string().openapi({ description: 'The key itself', example: 'nk_of_a_source' }),
    }),
    headers: preferHeader,
    body: {
      required: true,
      content: {
        'application/json': { schema: Body, example: caliperEnvelope },
        'application/jwt': signedBody,
        'text/plain': { schema: TextBody, example: signedBody.example },
      },
    },
  },
  responses: {
    200: receiptReply,
    ...problems(...refusals, 'invalid_signature'),
  },
})
