import { AppError } from '../../error/app-error'
import type { Webhook } from '../../platform/registry/webhooks'
import { z } from '../zod'

/** Where a page ended: behind this webhook, whether or not it is still there. */
type Place = Pick<Webhook, 'createdAt' | 'webhookId'>

// Nothing in it is secret, and it leads nowhere but into the tenant's own list: so it is not signed.
const Place = z.strictObject({
  createdAt: z.iso.datetime(),
  webhookId: z.string().min(1).max(100),
})

export function cursorOf({ createdAt, webhookId }: Place): string {
  return Buffer.from(JSON.stringify({ createdAt, webhookId })).toString('base64url')
}

/** @throws {AppError} `invalid_cursor` */
export function placeOf(cursor: string): Place {
  try {
    return Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (cause) {
    const message = 'Not a cursor of this list'
    const errors = [{ path: ['cursor'], message, code: 'invalid_cursor' }]
    throw new AppError('invalid_cursor', `${message}.`, { errors, cause })
  }
}
