/** A place tells where in a stream a document begins. */
export interface Place {
  /** The documents of a stream are numbered from 0. */
  document: number
  line: number
}

/** A stream of JSON text consists of these pieces. */
export type Piece =
  /**
   * An item is an event or a describe: a document, an element of an array, or one of an envelope's
   * `data`.
   */
  | { kind: 'item'; in: Place; steps: (string | number)[]; text: string; line: number }
  /**
   * The rest of an envelope stood around its `data`, whose `size` elements came before as items.
   */
  | { kind: 'envelope'; in: Place; head: string; tail: string; tailLine: number; size: number }

/** This error says that a text is not JSON, or contains something that is not an event. */
export class SplitError extends Error {
  override readonly name = 'SplitError'
  readonly place: Place

  constructor(message: string, place: Place) {
    super(message)
    this.place = place
  }
}
