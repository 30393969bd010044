import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import type { Lease } from '../memory/budget'
import { inTurns } from '../syntax/steps'
import { decodeText } from '../wire/body'
import type { Content, Wrapped } from '../wire/wrappers/shape'
import { unwrapping } from '../wire/wrappers/unwrap'
import {
  type Arrival,
  isUnreadable,
  type Origin,
  type Parsed,
  type Part,
  type Unreadable,
  unreadableOr,
} from './arrival'
import { read } from './steps/read'

/** The contents of a wrapper were read as bodies of their own. */
export interface Unwrapped {
  parsed: Parsed | Unreadable
  notes: Issue[]
  /** Undefined when the body is the question of a service. */
  unwrapped?: { wrapper: string; bodies: number; requestId?: string | undefined } | undefined
}

// Firehose gathers up to 64 MB, of which we take six, in records of a kilobyte and more. Each is a
// body of its own, and may be a durable write.
const MAX_CONTENTS = 6_000

// SQS has what SNS sent, which has what EventBridge sent: nobody nests more.
const MAX_NESTED = 3

/**
 * Takes the wrapper off a body of which nothing else could be read. Each content is read as a body of
 * its own: what it has wrong costs the others nothing.
 * @returns undefined when it is no wrapper known here
 * @throws {AppError} `too_large`
 */
export async function unwrap(
  text: string,
  arrival: Pick<Arrival, 'standard' | 'context'> & { lease: Lease; maxBytes: number },
  origin: Pick<Origin, 'receivedAt'>,
): Promise<Unwrapped | undefined> {
  const found = await inTurns(unwrapping(text, MAX_CONTENTS)).catch(tooMany)
  if (found === undefined) return undefined
  if ('question' in found) return { parsed: refusal(found.question), notes: [] }
  const { standard } = arrival
  const notes: Issue[] = []
  const wrappers = [found.wrapper]
  const bodies = await bodiesIn(found, 1)
  const parts: Part[] = []
  for (const body of bodies) parts.push(...(await partsOf(body)))
  const { requestId } = found
  return {
    parsed: parts,
    notes,
    unwrapped: { wrapper: wrappers.join(', '), bodies: bodies.length, requestId },
  }

  /** Decodes contents, and takes off the wrappers within. */
  async function bodiesIn({ contents }: Wrapped, level: number): Promise<Body[]> {
    const bodies: Body[] = []
    for (const content of contents) {
      const body = await decoded(content)
      const inner = 'text' in body && level < MAX_NESTED ? await within(body.text) : undefined
      if (inner === undefined) {
        bodies.push(body)
        continue
      }
      if (!wrappers.includes(inner.wrapper)) wrappers.push(inner.wrapper)
      bodies.push(...(await bodiesIn(inner, level + 1)))
      if (bodies.length > MAX_CONTENTS) throw tooManyContents()
    }
    return bodies
  }

  async function within(inner: string): Promise<Wrapped | undefined> {
    const next = await inTurns(unwrapping(inner, MAX_CONTENTS)).catch(tooMany)
    return next !== undefined && 'wrapper' in next ? next : undefined
  }

  async function decoded(content: Content): Promise<Body> {
    if ('text' in content) return content
    const { bytes } = content
    try {
      const { lease, maxBytes } = arrival
      const result = await decodeText(bytes, lease, maxBytes)
      if (notes.length < MAX_NOTES) notes.push(...result.notes)
      return { text: result.text, bytes }
    } catch (thrown) {
      return { bytes, unreadable: unreadableOr(thrown) }
    }
  }

  async function partsOf(body: Body): Promise<Part[]> {
    if ('unreadable' in body) return [{ text: '', ...body }]
    const asBare = { ...arrival, form: 'bare' as const }
    const texts = (await inTurns(splitting(body.text))) ?? [body.text]
    const parts: Part[] = []
    for (const text of texts) {
      const outcome = await inTurns(read(text, asBare, origin))
      // The bytes are quarantined as they came, unless they held several texts.
      const kept = texts.length === 1 && body.bytes !== undefined && { bytes: body.bytes }
      if (isUnreadable(outcome)) parts.push({ text, ...kept, unreadable: outcome })
      else if (Array.isArray(outcome)) parts.push(...outcome)
      else parts.push({ text, reading: outcome })
    }
    return parts
  }

  function* splitting(inner: string) {
    return standard.split === undefined ? undefined : yield* standard.split(inner)
  }
}

// The contents of one wrapper are all of one making: what is noted of the first says it of all.
const MAX_NOTES = 10

/** A body is the text of a content, or its bytes and why they are no text. */
type Body = { text: string; bytes?: Uint8Array } | { bytes: Uint8Array; unreadable: Unreadable }

function refusal(message: string): Unreadable {
  const code = 'subscription_question'
  return { code: 'invalid_request', message, errors: [{ path: [], message, code }] }
}

function tooMany(thrown: unknown): never {
  throw thrown instanceof RangeError ? tooManyContents() : thrown
}

function tooManyContents(): AppError {
  const message = `A wrapper may bring at most ${MAX_CONTENTS} bodies`
  return new AppError('too_large', message, { errors: [{ path: [], message, code: 'too_large' }] })
}
