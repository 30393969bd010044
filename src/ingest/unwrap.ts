import type { Issue } from '../error/issue'
import type { Lease } from '../memory/budget'
import { isJson } from '../syntax/is-json'
import { inTurns, type Steps } from '../syntax/steps'
import {
  type Arrival,
  isUnreadable,
  type Parsed,
  type Part,
  type ReadBy,
  type Unreadable,
} from './arrival'
import { read } from './steps/read'
import { questionIssue, type UnwrappedBody, unwrapBodies } from './unwrapped-bodies'

/** The contents of a wrapper were read as bodies of their own. */
export interface Unwrapped {
  parsed: Parsed | Unreadable
  notes: Issue[]
  /** Undefined when the body is the question of a service. */
  unwrapped?: { wrapper: string; bodies: number; requestId?: string | undefined } | undefined
}

const linesNote: Issue = {
  path: ['Content-Type'],
  message: 'The body was read as one JSON text a line. Send Content-Type: application/x-ndjson',
  code: 'lines_recognised',
}

// A first line that is longer is no event of a sensor, and takes long to parse.
const LONGEST_LINE = 256 * 1024

/** Tells whether the first of several lines is an object by itself, and so the others are, too. */
function isLines(text: string): boolean {
  const body = text.trimStart()
  const end = body.indexOf('\n')
  if (end < 0 || end > LONGEST_LINE || !body.startsWith('{')) return false
  return isJson(body.slice(0, end)) && body.slice(end).trim() !== ''
}

/**
 * Takes the wrapper off a body of which nothing else could be read. Each content is read as a body of
 * its own: what it has wrong costs the others nothing.
 * @returns undefined when it is no wrapper known here
 * @throws {AppError} `too_large`
 */
export async function unwrap(
  text: string,
  arrival: Pick<Arrival, 'standard' | 'context'> & { lease: Lease; maxBytes: number },
  by: ReadBy,
): Promise<Unwrapped | undefined> {
  if (arrival.standard.mediaTypes.lines !== undefined && isLines(text)) {
    const parsed = await inTurns(read(text, { ...arrival, form: 'lines' }, by))
    return { parsed, notes: [linesNote] }
  }
  const found = await unwrapBodies(text, arrival)
  if (found === undefined) return undefined
  if ('question' in found) {
    const errors = [questionIssue(found)]
    const parsed = { code: 'invalid_request' as const, message: found.question, errors }
    return { parsed, notes: [] }
  }
  const { standard } = arrival
  const { bodies, wrapper, requestId, notes } = found
  const parts: Part[] = []
  for (const body of bodies) parts.push(...(await partsOf(body)))
  return { parsed: parts, notes, unwrapped: { wrapper, bodies: bodies.length, requestId } }

  async function partsOf(body: UnwrappedBody): Promise<Part[]> {
    if ('unreadable' in body) return [{ text: '', ...body }]
    const asBare = { ...arrival, form: 'bare' as const }
    const texts = (await inTurns(splitting(body.text))) ?? [body.text]
    // The bytes are quarantined as they came, unless they held several texts.
    const kept = texts.length === 1 && body.bytes !== undefined && { bytes: body.bytes }
    const parts: Part[] = []
    for (const one of texts) {
      const outcome = await inTurns(read(one, asBare, by))
      if (isUnreadable(outcome)) parts.push({ text: one, ...kept, unreadable: outcome })
      else if (Array.isArray(outcome)) parts.push(...outcome)
      else parts.push({ text: one, reading: outcome })
    }
    return parts
  }

  function* splitting(inner: string): Steps<string[] | undefined> {
    return standard.split === undefined ? undefined : yield* standard.split(inner)
  }
}
