import type { AppContext } from './context'
import type { ReceiptContent } from './receipt-schemas'
import { typed } from './reply'
import type { Reply } from './route'
import type { z } from './zod'

/** An answer with a receipt, whichever route gives it. */
export type ReceiptReply = Reply<200, z.output<typeof ReceiptContent>>

// RFC 7240, section 2: preferences are separated by commas, their parameters by semicolons.
const MINIMAL = /(?:^|[,;\s])return\s*=\s*"?minimal"?\s*(?:$|[,;])/i

/**
 * Answers with a receipt, always 200 and never empty: caliper-php takes nothing but 200, caliper-ts
 * breaks on an empty body (Caliper 1.2, section 6.1, lets an endpoint send one).
 * @param receipt as JSON
 * @param isWhole whether its sender needs it even where it prefers none
 */
export function replyWith(c: AppContext, receipt: string, isWhole = false): ReceiptReply {
  return typed(c.body(isWhole ? asJson(c, receipt) : preferred(c, receipt)))
}

/** Returns the JSON that is to be sent, which is an empty object for whoever prefers that. */
export function preferred(c: AppContext, json: string): string {
  const preference = c.req.header('Prefer')
  const isMinimal = preference !== undefined && MINIMAL.test(preference)
  if (isMinimal) c.header('Preference-Applied', 'return=minimal')
  return asJson(c, isMinimal ? '{}' : json)
}

function asJson(c: AppContext, json: string): string {
  c.header('Content-Type', 'application/json')
  return json
}
