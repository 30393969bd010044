import { formOf } from '../standards/forms'
import { parseElements } from '../syntax/json-elements'
import { findFault } from '../syntax/json-fault'
import { supposed } from './file-standards'
import { columnOf, linesBetween, offsetOf } from './locate'
import { type Item, type ParsedItem, type ParsedPiece, type Piece, SplitError } from './piece'

/**
 * Parses an item. One that is itself an envelope in an array, as Open edX sends them, or a page of
 * statements, as a record store answers with them, is taken apart.
 * @throws {SplitError} when it is not JSON
 */
export function* parsedPieces(piece: Piece, hasEnvelopes = true): Generator<ParsedPiece> {
  if (piece.kind === 'envelope') {
    yield piece
    return
  }
  const item: ParsedItem = { ...piece, value: parse(piece) }
  const member = memberWithItems(item, hasEnvelopes)
  const parts = member === undefined ? undefined : parseElements(item.text, { key: member })
  if (member === undefined || parts === undefined) {
    yield item
    return
  }
  const { text, in: own, line, steps } = item
  const first = offsetOf(text, [member, 0])
  let at = first
  for (const [index, element] of parts.elements.entries()) {
    at = text.indexOf(element.text, at)
    const place = { steps: [...steps, member, index], ...placeIn(piece, at) }
    yield { kind: 'item', in: own, text: element.text, value: element.value, ...place }
    at += element.text.length
  }
  if (member !== 'data') return
  // In an empty list, the first element would stand where its bracket does.
  const tailAt = text.indexOf(']', at)
  const tailLine = line + linesBetween(text, 0, tailAt)
  const around = { head: text.slice(0, first), tail: text.slice(tailAt) }
  const size = parts.elements.length
  yield { kind: 'envelope', in: { ...own, line }, steps, ...around, tailLine, size }
}

function memberWithItems(
  { steps, value }: ParsedItem,
  hasEnvelopes: boolean,
): 'data' | 'statements' | 'batch' | undefined {
  if (steps.length > 1) return undefined
  const isInList = steps.length === 1 && hasEnvelopes
  if (isInList && formOf(value) === supposed && supposed.isDocument(value)) return 'data'
  if (steps.length > 0) return undefined
  if (isPage(value)) return 'statements'
  return isBatch(value) ? 'batch' : undefined
}

/** A library of Segment's sends its messages in a list, and no item has one of that name. */
function isBatch(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('batch' in value)) return false
  const [first] = Array.isArray(value.batch) ? value.batch : []
  return formOf(value) === undefined && formOf(first) !== undefined
}

/** A record store answers a query with `statements` and `more`, and nothing else. */
function isPage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('statements' in value)) return false
  return Object.keys(value).every((name) => name === 'statements' || name === 'more')
}

function parse(item: Item): unknown {
  try {
    return JSON.parse(item.text)
  } catch (thrown) {
    const fault = findFault(item.text)
    const offset = fault?.offset ?? 0
    const place = { document: item.in.document, ...placeIn(item, offset) }
    const message =
      fault === undefined ? (thrown as Error).message : `${fault.message}: ${fault.around}`
    throw new SplitError(message, place)
  }
}

/** Says where in the file a character of an item stands. */
function placeIn({ text, line, column }: Item, offset: number): { line: number; column: number } {
  const lines = linesBetween(text, 0, offset)
  return { line: line + lines, column: columnOf(text, offset, column) }
}
