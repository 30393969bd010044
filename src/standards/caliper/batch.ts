import { AppError } from '../../error/app-error'
import { parsingItems, withoutByteOrderMark } from '../../event/json-body'
import { finish, type Steps } from '../../syntax/steps'
import { isNode, type Node } from './node'

export const surrounding = ['data', 'sensor', 'sendTime', 'dataVersion']

/** Also one of which little is right: that is for its reader to say. */
export function isEnvelope(value: Node): boolean {
  return value.type === undefined && surrounding.some((name) => name in value)
}

// Open edX sends 100 unless it is told otherwise (EVENT_ROUTING_BACKEND_BATCH_SIZE), and each that
// cannot be read is one more durable write.
const MAX_ENVELOPES = 1_000

/**
 * The texts in a body that is an array with envelopes in it, as Open edX posts when it batches. The
 * standard has no such body (5.2), but whoever sends it cannot send another.
 * @returns undefined for any other body
 * @throws {AppError} `too_large`
 */
export function* findingBatch(text: string): Steps<string[] | undefined> {
  const body = withoutByteOrderMark(text)
  if (!/^\s*\[/.test(body)) return undefined
  const elements = (yield* parsingItems(body))?.elements ?? []
  const isBatch = elements.some(({ value }) => isNode(value) && isEnvelope(value))
  if (!isBatch) return undefined
  if (elements.length > MAX_ENVELOPES) throw tooManyEnvelopes()
  return elements.map((element) => element.text)
}

/** As `findingBatch`, in one go. */
export function batchIn(text: string): string[] | undefined {
  return finish(findingBatch(text))
}

function tooManyEnvelopes(): AppError {
  const message = `An array may bring at most ${MAX_ENVELOPES} envelopes`
  return new AppError('too_large', message, { errors: [{ path: [], message, code: 'too_large' }] })
}
