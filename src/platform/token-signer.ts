/** Tokens are opaque, and good only for the question they were issued for. */
export interface TokenSigner {
  issue(place: unknown, question: string): string
  /** @throws {AppError} `invalid_cursor` when it was altered, or issued for another question */
  read<Place>(token: string, question: string): Place
}
