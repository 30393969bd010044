import { randomUUID } from 'node:crypto'
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
  exampleOf,
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

async function exampleOf(type: string, timestamp: string): Promise<string | undefined> {
  if (type !== 'Statement') return undefined
  return JSON.stringify({
    id: randomUUID(),
    actor: { account: { homePage: 'https://example.edu', name: '554433' }, name: 'Ada' },
    verb: { id: 'http://adlnet.gov/expapi/verbs/completed', display: { en: 'completed' } },
    object: { id: 'https://example.edu/quizzes/1', definition: { name: { en: 'A quiz' } } },
    result: { success: true, score: { scaled: 0.9 } },
    timestamp,
  })
}
