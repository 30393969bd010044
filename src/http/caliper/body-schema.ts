import { z } from '../zod'
import { Envelope } from './envelope'

/** For the document only, as `Envelope` is. */
export const Body = z
  .union([Envelope, z.array(z.unknown()).min(1)])
  .openapi('CaliperEnvelopes', { description: 'An envelope, or an array of envelopes' })
