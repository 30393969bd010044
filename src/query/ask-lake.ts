import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../error/app-error'
import type { Lake, LakeColumn, LakeQuery, LakeState } from '../platform/lake'

/** A whole answer, for whoever has room for it. */
export interface LakeAnswer {
  columns: LakeColumn[]
  /** Values as those of the lake's pages: `jsonText` writes them, the bigints among them. */
  rows: unknown[][]
}

export interface AskOptions {
  /** Cancels the query; its reason is thrown. */
  signal?: AbortSignal | undefined
  /** Told each time that the query was found running. */
  onProgress?: ((state: Extract<LakeState, { status: 'running' }>) => void) | undefined
  /** Reads the pages, and returns the rows to answer with: all of them unless it says otherwise. */
  read?: ((pages: AsyncIterable<unknown[][]>) => Promise<unknown[][]>) | undefined
}

// The shortest queries of Athena take half a second. Growing by half, the delay seen stays under a
// third.
const FIRST_POLL_MS = 200
const LAST_POLL_MS = 5000
const GROWTH = 1.5

/**
 * Starts a query, waits for its answer, and reads all of it. A query that is not read to its end, for
 * whatever reason, is cancelled.
 * @throws {AppError} `invalid_request` when it fails, in the engine's sentence
 */
export async function askLake(
  lake: Lake,
  query: LakeQuery,
  { signal, onProgress, read = readAll }: AskOptions = {},
): Promise<LakeAnswer> {
  const { reader } = query
  signal?.throwIfAborted()
  const id = await lake.start(query, { signal })
  let cancelled: Promise<void> | undefined
  let isOver = false

  function cancel(): Promise<void> {
    // One that has ended by itself is unknown, and the first failure is the one to tell.
    cancelled ??= lake.cancel(reader, id).catch(() => {})
    return cancelled
  }
  const onAbort = () => void cancel()
  signal?.addEventListener('abort', onAbort)

  async function ended() {
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * GROWTH, LAST_POLL_MS)) {
      const state = await lake.poll(reader, id)
      signal?.throwIfAborted()
      if (state.status !== 'running') return state
      onProgress?.(state)
      // Woken by the signal as well.
      await sleep(pause, undefined, { signal }).catch(() => signal?.throwIfAborted())
    }
  }

  try {
    // Starting waits for a place, where there is none.
    signal?.throwIfAborted()
    const state = await ended()
    if (state.status === 'failed') {
      isOver = true
      throw new AppError('invalid_request', state.reason)
    }
    const rows = await read(whileWanted(state.pages, signal))
    isOver = true
    return { columns: state.columns, rows }
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
    if (!isOver) await cancel()
  }
}

async function readAll(pages: AsyncIterable<unknown[][]>): Promise<unknown[][]> {
  const rows: unknown[][] = []
  for await (const page of pages) {
    for (const row of page) rows.push(row)
  }
  return rows
}

async function* whileWanted(pages: AsyncIterable<unknown[][]>, signal: AbortSignal | undefined) {
  for await (const page of pages) {
    signal?.throwIfAborted()
    yield page
  }
}
