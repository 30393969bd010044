import type { TokenSigner } from '../../token-signer'

/** The next event to read is the one at this place of this row: `[row, place]`. */
export type LivePlace = readonly [row: number, place: number]

/** Returns the place behind an event of a row that has so many. */
export function placeAfter(row: number, place: number, count: number): LivePlace {
  return place + 1 < count ? [row, place + 1] : [row + 1, 0]
}

/** Compares places: below 0 when `a` stands before `b`. */
export function orderOf([rowA, placeA]: LivePlace, [rowB, placeB]: LivePlace): number {
  return rowA - rowB || placeA - placeB
}

/** Writes places as positions, and reads positions, which are good for one tenant. */
export function positionsOf(tokens: TokenSigner, tenantId: string) {
  const question = JSON.stringify(['live', tenantId])
  return {
    write: (place: LivePlace): string => tokens.issue(place, question),
    /** @throws {AppError} `invalid_cursor` */
    read: (position: string): LivePlace => tokens.read<LivePlace>(position, question),
    /** Makes the position on first use. */
    lazily(place: LivePlace): () => string {
      let made: string | undefined
      return () => {
        made ??= tokens.issue(place, question)
        return made
      }
    },
  }
}
