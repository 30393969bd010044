import type { Issue } from '../error/issue'
import type { Lease } from '../memory/budget'

/** These bytes are not plainly UTF-8: what they are is recognised when the body is decoded. */
export interface OddBody {
  lease: Lease
  encoding: 'unknown'
  bytes: Uint8Array
  /** The charset is what `Content-Type` says, where that is not UTF-8. */
  charset?: string | undefined
}

/** A decoded body is text, with notes on what had to be recognised or is to be doubted. */
export interface Decoded {
  text: string
  notes: Issue[]
  /** Some bytes of the text are not UTF-8, and have stand-ins (`broken.ts`). */
  isBroken?: true
}
