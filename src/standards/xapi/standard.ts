import { derivedUuid } from '../../event/id'
import type { ReadEvent, Reading } from '../../event/reading'
import type { Steps } from '../../syntax/steps'
import type { BodyForm, ItemOrigin, Standard } from '../standard'
import { checking } from './conformance'
import { xapiFacts } from './facts'
import { readingXapi } from './parse'
import { statementOf } from './statement'

/** xAPI, with everything that reads it. */
export const xapi = {
  ...xapiFacts,
  readBody,
  readItem,
  distinctionOf,
  deriveId: derivedUuid,
  statementOf,
  report: checking,
} satisfies Standard

function readBody(
  text: string,
  _form: BodyForm,
  receivedAt: string,
  context: Record<string, string> = {},
): Steps<Reading> {
  return readingXapi(text, receivedAt, context)
}

/** Reads the item in an array, so that every path begins with an index. */
function readItem(text: string, { receivedAt, context }: ItemOrigin): Steps<Reading> {
  return readingXapi(`[${text}]`, receivedAt, context)
}

/**
 * Tells apart two statements of one content that have no id: each is one more statement (1.0.3, Data,
 * 2.4.1).
 */
function distinctionOf(
  _event: ReadEvent,
  { receivedAt, index }: { receivedAt: string; index: number },
): string {
  return `${receivedAt} ${index} `
}
