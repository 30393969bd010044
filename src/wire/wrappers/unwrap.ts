import { membersIn, parsingElements } from '../../syntax/json-elements'
import { endOfValue, skipSpace } from '../../syntax/json-scan'
import type { Steps } from '../../syntax/steps'
import { listMembers, unwrapList } from './lists'
import { unwrapMessage } from './messages'
import { type Content, type Question, stringOf, type Wrapped } from './shape'

/**
 * Takes off the wrapper that a broker, a gateway or a log shipper has put around events. What it
 * carries keeps its own characters and bytes.
 * @param maxContents a wrapper may carry so many
 * @returns undefined when the text is no wrapper that is known here
 * @throws {RangeError} when it carries more
 */
export function* unwrapping(
  text: string,
  maxContents: number,
): Steps<Wrapped | Question | undefined> {
  const body = text.trim()
  if (body.startsWith('"')) return quoted(body)
  const several = yield* valuesIn(body, maxContents)
  if (several.length > 1) {
    return { wrapper: 'several JSON texts', contents: several.map((one) => ({ text: one })) }
  }
  if (body.startsWith('[')) return yield* unwrappingArray(body, maxContents)
  const members = membersIn(body)
  if (members === undefined) return undefined
  const message = unwrapMessage(members)
  if (message !== undefined) return message
  for (const member of listMembers) {
    if (members.get(member)?.startsWith('[') !== true) continue
    const parts = yield* parsingElements(members.get(member)!, { limit: maxContents })
    const records = (parts?.elements ?? []).map((record) => membersIn(record.text) ?? new Map())
    const found = unwrapList(member, members, records)
    if (found !== undefined) return found
  }
  return undefined
}

/** A JSON text that was written as JSON once more is a string. */
function quoted(body: string): Wrapped | undefined {
  const text = stringOf(body)
  if (text === undefined || !/^\s*[[{]/.test(text)) return undefined
  return { wrapper: 'a JSON string', contents: [{ text }] }
}

/** An array of messages: CloudEvents batches, Event Grid, what Kafka REST gives its consumers. */
function* unwrappingArray(
  body: string,
  maxContents: number,
): Steps<Wrapped | Question | undefined> {
  const parts = yield* parsingElements(body, { limit: maxContents })
  const contents: Content[] = []
  let wrapper = ''
  for (const { text } of parts?.elements ?? []) {
    const members = membersIn(text)
    const found = members && (unwrapMessage(members) ?? kafkaConsumed(members))
    if (found === undefined || 'question' in found) return found
    wrapper = found.wrapper
    contents.push(...found.contents)
    yield
  }
  return contents.length === 0 ? undefined : { wrapper, contents }
}

function kafkaConsumed(members: Map<string, string>): Wrapped | undefined {
  return unwrapList('records', new Map(), members.has('offset') ? [members] : [])
}

/**
 * Cuts JSON texts apart that stand one after another, on lines of their own or not.
 * @returns one text, whatever it is, when they are not all objects or arrays
 */
function* valuesIn(body: string, maxContents: number): Steps<string[]> {
  const values: string[] = []
  for (let at = afterSeparator(body, 0); at < body.length; ) {
    const first = body[at]
    if (first !== '{' && first !== '[') return [body]
    const end = endOfValue(body, at)
    if (values.length === maxContents) throw new RangeError(`More than ${maxContents} texts`)
    values.push(body.slice(at, end))
    at = afterSeparator(body, end)
    yield
  }
  return values
}

// RFC 7464, 2.2: a JSON text sequence has this before each text.
const RECORD_SEPARATOR = '\u001e'

function afterSeparator(body: string, end: number): number {
  let at = skipSpace(body, end)
  while (body[at] === RECORD_SEPARATOR) at = skipSpace(body, at + 1)
  return at
}
