import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import type { Lease } from '../memory/budget'
import { inTurns } from '../syntax/steps'
import { decodeText } from '../wire/body'
import type { Content, Question, Wrapped } from '../wire/wrappers/shape'
import { unwrapping } from '../wire/wrappers/unwrap'
import { type Unreadable, unreadableOr } from './arrival'

/** A body is the text of a content, or its bytes and why they are no text. */
export type UnwrappedBody =
  | { text: string; bytes?: Uint8Array }
  | { bytes: Uint8Array; unreadable: Unreadable }

export interface UnwrappedBodies {
  bodies: UnwrappedBody[]
  /** The names of all wrappers, the outer one first, e.g. `Amazon SQS, Amazon SNS`. */
  wrapper: string
  /** The service wants its own name of the request repeated. */
  requestId?: string | undefined
  notes: Issue[]
}

// Firehose gathers up to 64 MB, of which we take six, in records of a kilobyte and more. Each is a
// body of its own, and may be a durable write.
const MAX_CONTENTS = 6_000

// SQS has what SNS sent, which has what EventBridge sent: nobody nests more.
const MAX_NESTED = 3

// The contents of one wrapper are all of one making: what is noted of the first says it of all.
const MAX_NOTES = 10

/**
 * Takes the wrappers off a body, one within another.
 * @param room the lease and the limit for contents that have to be decoded
 * @returns undefined when it is no wrapper known here
 * @throws {AppError} `too_large`
 */
export async function unwrapBodies(
  text: string,
  { lease, maxBytes }: { lease: Lease; maxBytes: number },
): Promise<UnwrappedBodies | Question | undefined> {
  const found = await taken(text)
  if (found === undefined || 'question' in found) return found
  const notes: Issue[] = []
  const wrappers = [found.wrapper]
  const bodies = await bodiesIn(found, 1)
  return { bodies, wrapper: wrappers.join(', '), requestId: found.requestId, notes }

  async function bodiesIn({ contents }: Wrapped, level: number): Promise<UnwrappedBody[]> {
    const bodies: UnwrappedBody[] = []
    for (const content of contents) {
      const body = await decoded(content)
      const inner = 'text' in body && level < MAX_NESTED ? await taken(body.text) : undefined
      if (inner === undefined || 'question' in inner) {
        bodies.push(body)
        continue
      }
      if (!wrappers.includes(inner.wrapper)) wrappers.push(inner.wrapper)
      bodies.push(...(await bodiesIn(inner, level + 1)))
      if (bodies.length > MAX_CONTENTS) throw tooManyContents()
    }
    return bodies
  }

  async function decoded(content: Content): Promise<UnwrappedBody> {
    if ('text' in content) return content
    const { bytes } = content
    try {
      const result = await decodeText(bytes, lease, maxBytes)
      if (notes.length < MAX_NOTES) notes.push(...result.notes)
      return { text: result.text, bytes }
    } catch (thrown) {
      return { bytes, unreadable: unreadableOr(thrown) }
    }
  }
}

async function taken(text: string): Promise<Wrapped | Question | undefined> {
  try {
    return await inTurns(unwrapping(text, MAX_CONTENTS))
  } catch (thrown) {
    throw thrown instanceof RangeError ? tooManyContents() : thrown
  }
}

function tooManyContents(): AppError {
  const message = `A wrapper may bring at most ${MAX_CONTENTS} bodies`
  return new AppError('too_large', message, { errors: [{ path: [], message, code: 'too_large' }] })
}

/** Says why the question of a service is no event, and what is to be done. */
export function questionIssue({ question }: Question): Issue {
  return { path: [], message: question, code: 'subscription_question' }
}
