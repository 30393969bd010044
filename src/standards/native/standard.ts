import type { GivenTypes, TypesInForce } from '../../event/event-type'
import { derivedNativeId } from '../../event/id'
import type { ReadEvent, Reading } from '../../event/reading'
import type { Steps } from '../../syntax/steps'
import type { BodyForm, ItemOrigin, PlaceOfBody, Standard } from '../standard'
import { checking } from './conformance'
import { nativeFacts } from './facts'
import { readingNativeMessage } from './message'
import { distinctionAt } from './normalize'
import { readingNative, readingNativeLines } from './parse'
import { timeOf } from './times'
import { viewOf } from './view'

/** Native events, with everything that reads them. */
export const native = {
  ...nativeFacts,
  readBody,
  readItem,
  distinctionOf,
  typesInForce,
  deriveId: derivedNativeId,
  report: checking,
} satisfies Standard

function readBody(
  text: string,
  form: BodyForm,
  receivedAt: string,
  context: Record<string, string> = {},
  types?: TypesInForce,
  place?: PlaceOfBody,
): Steps<Reading> {
  const by = { ...place, receivedAt, context, types }
  if (form === 'lines') return readingNativeLines(text, by)
  if (form === 'message') return readingNativeMessage(text, by)
  return readingNative(text, by)
}

/** Reads the item in an array, so that every path begins with an index. */
function readItem(text: string, origin: ItemOrigin): Steps<Reading> {
  return readingNative(`[${text}]`, origin)
}

/** Loads what compiles schemas with the first source that has native events. */
async function typesInForce(given: GivenTypes): Promise<TypesInForce> {
  return (await import('./types/in-force')).typesInForce(given)
}

/** An event that does not say when it happened has the time of its arrival. */
function distinctionOf(
  { raw }: ReadEvent,
  { receivedAt, index, context }: ItemOrigin & { index: number },
): string {
  const { members } = viewOf(JSON.parse(raw), context)
  const isTimed = timeOf(members as Record<string, unknown>) !== undefined
  return isTimed ? '' : distinctionAt(receivedAt, index)
}
