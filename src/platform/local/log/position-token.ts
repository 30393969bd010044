import type { TokenSigner } from '../../token-signer'
import type { Position } from './generation'

/** A mark is a place in the log of which a reader has had everything before it. */
export interface Mark {
  place: Position
  /**
   * The record before it was stored then, ms since 1970: in a folder that was restored from an
   * earlier day, another record stands there. Absent where nobody looked.
   */
  storedAt?: number | undefined
}

/** Tokens of marks are good for the arrivals of a tenant, and for following them live. */
export interface MarkTokens {
  issue(tenantId: string, mark: Mark): string
  /** @throws {AppError} `invalid_cursor` when it was altered, or is another tenant's */
  read(tenantId: string, token: string): Mark
}

export function markTokens(tokens: TokenSigner): MarkTokens {
  // A mark is good with other filters too: it is one of the log, and says nothing of a question.
  const questionOf = (tenantId: string) => JSON.stringify(['arrivals', tenantId])
  return {
    issue: (tenantId, { place, storedAt }) =>
      tokens.issue(storedAt === undefined ? place : [place, storedAt], questionOf(tenantId)),

    read(tenantId, token) {
      const content = tokens.read<Position | [Position, number]>(token, questionOf(tenantId))
      if (typeof content === 'number') return { place: content }
      return { place: content[0], storedAt: content[1] }
    },
  }
}
