import { setImmediate as rest } from 'node:timers/promises'
import { AppError } from '../error/app-error'
import { isDeeperThan } from '../syntax/json-scan'
import { applied, type Budget } from './apply'
import { parseDocument, writeDocument } from './json-document'
import type { PatchOperation } from './patch'

/**
 * A patch may look at and move as many characters as four times the largest body: reading it, writing
 * it, and copying or replacing all of it once. What needs more is better sent anew.
 */
const WORK_PER_CHARACTER = 4

// Some five milliseconds of work, after which others get their turn.
const REST_AFTER = 512 * 1024

// An item may have a hundred levels (`event/limits.ts`), and a patch may be there to flatten one that
// has more. Beyond ten thousand, writing it takes longer with every level.
const MAX_DEPTH = 10_000

// All pointers together are so many at most. A patch that changes more changes the whole.
const MAX_PATHS = 4096

export interface Repaired {
  /** It is JSON text, as it was stored when nothing of it was changed. */
  text: string
  /** The change; undefined when there was none. */
  change?: { /** JSON Pointers; absent when it may be all of it. */ paths?: string[] } | undefined
}

/**
 * Applies a JSON Patch to an item or a body. Numbers keep their digits; repeated keys do not survive.
 * A text that is not JSON can be repaired only by a first operation that replaces all of it.
 * @param limit of characters that the result may have
 * @throws {AppError} `invalid_request`, with the operation in `errors`, when it cannot be applied, or
 * costs more work than a patch may
 */
export async function repair(
  text: string,
  patch: readonly PatchOperation[],
  limit: number,
): Promise<Repaired> {
  const repaired = await appliedTo(text, patch, limit)
  if (await isSame(text, repaired, patch)) return { text }
  return { text: repaired, change: pathsOf(patch) }
}

/** Tells whether a patch has left everything as it was, however that was written. */
async function isSame(
  text: string,
  repaired: string,
  patch: readonly PatchOperation[],
): Promise<boolean> {
  if (patch.every(({ op }) => op === 'test')) return true
  // Written anew, a text is never longer: only one with half surrogate pairs, which get an escape.
  if (repaired.length > text.length && text.isWellFormed()) return false
  await rest()
  try {
    return (await writeDocument(await parsed(text))) === repaired
  } catch {
    return false
  }
}

async function appliedTo(
  text: string,
  patch: readonly PatchOperation[],
  limit: number,
): Promise<string> {
  const { budget, isTired } = createBudget(text.length, limit)
  let at = 0
  try {
    let document = isWholeReplacement(patch[0]) ? null : await parsed(text)
    for (const operation of patch) {
      document = applied(document, operation, budget)
      if (isTired()) await rest()
      at += 1
    }
    at = Math.max(0, at - 1)
    if (text.length > REST_AFTER) await rest()
    const result = await writeDocument(document)
    if (result.length > limit) throw tooLong(limit)
    return result
  } catch (thrown) {
    throw refusal(at, (thrown as Error).message)
  }
}

function createBudget(length: number, limit: number): { budget: Budget; isTired(): boolean } {
  let size = length
  let work = 0
  let rested = 0
  const most = limit * WORK_PER_CHARACTER
  return {
    budget: {
      spend(more) {
        work += more
        if (work > most) throw new Error(`The patch costs more work than ${most} characters`)
      },
      grow(more) {
        size += more
        if (size > limit && more > 0) throw tooLong(limit)
      },
    },
    isTired() {
      if (work - rested < REST_AFTER) return false
      rested = work
      return true
    },
  }
}

function tooLong(limit: number): Error {
  return new Error(`The result has more than ${limit} characters`)
}

function isWholeReplacement(operation: PatchOperation | undefined): boolean {
  return operation?.path === '' && (operation.op === 'replace' || operation.op === 'add')
}

async function parsed(text: string): Promise<unknown> {
  if (isDeeperThan(text, MAX_DEPTH)) {
    throw new Error(`What is kept is nested more than ${MAX_DEPTH} levels deep`)
  }
  try {
    return await parseDocument(text)
  } catch {
    throw new Error(
      'What is kept is not JSON: only a patch that replaces all of it, path "", can be applied',
    )
  }
}

function pathsOf(patch: readonly PatchOperation[]): { paths?: string[] } {
  const changing = patch.filter(({ op }) => op !== 'test')
  const named = changing.flatMap((one) => (one.op === 'move' ? [one.from, one.path] : [one.path]))
  const paths = [...new Set(named)]
  const length = paths.reduce((sum, path) => sum + path.length, 0)
  return paths.includes('') || length > MAX_PATHS ? {} : { paths }
}

function refusal(index: number, message: string): AppError {
  const errors = [{ path: ['patch', index], message, code: 'patch_failed' }]
  return new AppError('invalid_request', `The patch cannot be applied: ${message}.`, { errors })
}
