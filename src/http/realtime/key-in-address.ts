import { z } from '../zod'

/** A page in a browser can set no header, so that the address may have the key. */
export const KeyInAddress = z.object({
  key: z.string().optional().openapi({ description: 'The key, where no header can be set' }),
  api_key: z.string().optional().openapi({ description: 'The same as `key`' }),
})
