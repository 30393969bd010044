import { END, KEY, KEY_END, NEXT, START, type Tape, WIDTH } from '../../syntax/json-tape'

export const QUOTE = 34
export const OPEN_ARRAY = 91
export const OPEN_OBJECT = 123
const MINUS = 45
const ZERO = 48
const NINE = 57

/** Reads values of a text by their cells on its tape. */
export interface Cursor {
  text: string
  tape: Tape
  charAt(cell: number): number
  sentAt(cell: number): string
  nameAt(cell: number): string | undefined
  /** Reads a value that is no container. */
  scalarAt(cell: number): unknown
  /** Reads any value. */
  valueAt(cell: number): unknown
  /** Reads an id, a number as it was sent: a long one would be rounded. @returns undefined for what is none */
  idAt(cell: number): string | undefined
  /** Calls `each` for every member or element. @returns those for which it said true */
  childrenOf(cell: number, each: (child: number) => boolean): number[]
}

/** Returns the name of a member, as it reads; undefined for what is no member. */
export function nameAt(text: string, cells: Int32Array, cell: number): string | undefined {
  const key = cells[cell + KEY]!
  if (key < 0) return undefined
  const sent = text.slice(key + 1, cells[cell + KEY_END]! - 1)
  return sent.includes('\\') ? (JSON.parse(`"${sent}"`) as string) : sent
}

export function createCursor(text: string, tape: Tape): Cursor {
  const { cells } = tape

  const charAt = (cell: number) => text.charCodeAt(cells[cell + START]!)
  const sentAt = (cell: number) => text.slice(cells[cell + START]!, cells[cell + END]!)

  function scalarAt(cell: number): unknown {
    const sent = sentAt(cell)
    const isPlain = sent.charCodeAt(0) === QUOTE && !sent.includes('\\')
    return isPlain ? sent.slice(1, -1) : JSON.parse(sent)
  }

  return {
    text,
    tape,
    charAt,
    sentAt,
    scalarAt,
    valueAt: (cell) => (charAt(cell) === QUOTE ? scalarAt(cell) : JSON.parse(sentAt(cell))),
    nameAt: (cell) => nameAt(text, cells, cell),

    idAt(cell) {
      const char = charAt(cell)
      if (char === QUOTE) return (scalarAt(cell) as string) || undefined
      return char === MINUS || (char >= ZERO && char <= NINE) ? sentAt(cell) : undefined
    },

    childrenOf(cell, each) {
      const found: number[] = []
      const end = cells[cell + NEXT]!
      for (let child = cell + WIDTH; child < end; child = cells[child + NEXT]!) {
        if (each(child)) found.push(child)
      }
      return found
    },
  }
}
