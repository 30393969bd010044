import type { Reading } from '../../event/reading'
import type { Steps } from '../../syntax/steps'
import type { BodyForm, ItemOrigin, Standard } from '../standard'
import { xapiFacts } from './facts'
import { readingXapi } from './parse'
import { statementOf } from './statement'

/** xAPI, with everything that reads it. */
export const xapi = {
  ...xapiFacts,
  readBody,
  readItem,
  statementOf,
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
