import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../error/app-error'
import type { Lake, LakeQuery, LakeState } from '../platform/lake'

// Athena's shortest queries take half a second.
const POLL_MS = 300

/**
 * Reads an answer of the lake page by page, for whoever has no room for all of it. A reader that stops early
 * has it cancelled.
 * @throws {AppError} `invalid_request` when it fails, in the engine's sentence
 */
export async function* pagesOf(
  lake: Lake,
  query: LakeQuery,
  signal?: AbortSignal,
): AsyncGenerator<{ names: string[]; rows: unknown[][] }> {
  signal?.throwIfAborted()
  const { reader } = query
  const id = await lake.start(query)
  let isOver = false
  // One that has ended by itself is unknown.
  const cancel = () => lake.cancel(reader, id).catch(() => {})
  const onAbort = () => void cancel()
  signal?.addEventListener('abort', onAbort)
  try {
    const state = await ended()
    if (state.status === 'failed') {
      isOver = true
      throw new AppError('invalid_request', state.reason)
    }
    const names = state.columns.map(({ name }) => name)
    for await (const rows of state.pages) {
      signal?.throwIfAborted()
      yield { names, rows }
    }
    isOver = true
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
    if (!isOver) await cancel()
  }

  async function ended(): Promise<Exclude<LakeState, { status: 'running' }>> {
    for (;;) {
      const state = await lake.poll(reader, id)
      signal?.throwIfAborted()
      if (state.status !== 'running') return state
      await sleep(POLL_MS, undefined, { signal }).catch(() => signal?.throwIfAborted())
    }
  }
}
