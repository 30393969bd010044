import { typed } from '../reply'
import type { Reply } from '../route'

/** The door has the connection, and sends nothing of this; a `Response` cannot have the status 101. */
export function handedOver(): Reply<101, undefined> {
  return typed(new Response())
}
