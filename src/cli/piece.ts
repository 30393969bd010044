/** A place tells where in a stream a document begins. */
export interface Place {
  /** The documents of a stream are numbered from 0. */
  document: number
  line: number
}

/** Steps lead from a document to an item or an envelope in it. */
type Steps = (string | number)[]

/** An item is an event or a describe: a document, an element of an array, or one of `data`. */
export interface Item {
  kind: 'item'
  in: Place
  steps: Steps
  text: string
  line: number
  /** The column counts UTF-16 code units, from 1. */
  column: number
}

/** The rest of an envelope stood around its `data`, whose `size` elements came before as items. */
export interface EnvelopeRest {
  kind: 'envelope'
  in: Place
  steps: Steps
  head: string
  tail: string
  tailLine: number
  size: number
}

/** A stream of JSON text consists of these pieces. */
export type Piece = Item | EnvelopeRest

/** A parsed item has its value beside its text. */
export type ParsedItem = Item & { value: unknown }
export type ParsedPiece = ParsedItem | EnvelopeRest

interface Where extends Place {
  column: number
}

/** This error says that a text is not JSON, or contains something that is not an event. */
export class SplitError extends Error {
  override readonly name = 'SplitError'
  readonly place: Where

  constructor(message: string, place: Where) {
    super(message)
    this.place = place
  }
}

/** Writes where an item stands in its document, as ` data[3]`; nothing for the document itself. */
export function stepsText(steps: Steps): string {
  const text = steps.map((step) => (typeof step === 'number' ? `[${step}]` : ` ${step}`)).join('')
  return text === '' ? '' : ` ${text.trimStart()}`
}
