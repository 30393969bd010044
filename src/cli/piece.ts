/** Where in a stream a document begins. */
export interface Place {
  /** Which of the documents, from 0. */
  document: number
  line: number
}

/** What a stream of JSON text consists of. */
export type Piece =
  /** An event or a describe: a document, an element of an array, or one of an envelope's `data`. */
  | { kind: 'item'; in: Place; steps: (string | number)[]; text: string; line: number }
  /** What stood around an envelope's `data`, whose `size` elements came before as items. */
  | { kind: 'envelope'; in: Place; head: string; tail: string; tailLine: number; size: number }

/** Text that is no JSON, or holds what is no event. */
export class SplitError extends Error {
  override readonly name = 'SplitError'
  readonly place: Place

  constructor(message: string, place: Place) {
    super(message)
    this.place = place
  }
}
