import { typed } from '../reply'
import type { Reply } from '../route'
import { z } from '../zod'

/** A page in a browser can set no header, so that the address may have the key. */
export const KeyInAddress = z.object({
  key: z.string().optional().openapi({ description: 'The key, where no header can be set' }),
  api_key: z.string().optional().openapi({ description: 'The same as `key`' }),
})

/** The door has the connection, and sends nothing of this; a `Response` cannot have the status 101. */
export function handedOver(): Reply<101, undefined> {
  return typed(new Response())
}
