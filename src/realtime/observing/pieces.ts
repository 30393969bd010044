import { AppError } from '../../error/app-error'
import { StorageError } from '../../error/storage-error'
import type { Effect } from '../../observer/state'

// A backlog is stored in pieces, each a request as large as others send.
export const PIECE_EFFECTS = 500
const PIECE_LENGTH = 1024 * 1024

// These pass by themselves, and then everything can be done.
const passing = ['busy', 'unavailable'] as const

interface Failure {
  code?: string
  message: string
  retryAfter?: number | undefined
}

/** @returns the code of a failure that does not pass by itself */
export function failureOf(error: unknown): Failure {
  const { message } = error as Error
  if (error instanceof StorageError) return { message }
  if (!(error instanceof AppError)) return { code: 'internal', message: 'Internal error' }
  const { code, retryAfter } = error
  return passing.some((one) => one === code) ? { message } : { code, message, retryAfter }
}

export function pieceOf(effects: readonly Effect[]): Effect[] {
  let length = 0
  const end = effects.findIndex((effect, place) => {
    length += lengthOf([effect])
    return place > 0 && (place >= PIECE_EFFECTS || length > PIECE_LENGTH)
  })
  return effects.slice(0, end < 0 ? undefined : end)
}

export function lengthOf(effects: readonly Effect[]): number {
  return effects.reduce((sum, effect) => {
    const blob = effect.kind === 'saveBlob' ? effect.blob.length : 0
    return sum + blob + ('item' in effect ? effect.item.length : 0)
  }, 0)
}

export function isTerminate(effect: Effect): boolean {
  return effect.kind === 'store' && effect.isEnd === true
}
