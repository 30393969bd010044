import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StorageError } from '../../error/storage-error'
import { isLocked } from './lock'
import { PRIVATE_FILE, PRIVATE_FOLDER } from './private-files'

// A command asks the server of its data folder by a file in `flush/`, and the server answers by
// another: both see the folder wherever they run, also in a container or as another port's server,
// and a request needs no key beyond the right to write there. A request is `<id>.asked`, an answer
// `<id>.done` or `<id>.failed`, which holds the reason.

const folderIn = (dataDir: string) => join(dataDir, 'flush')

// Reading an empty folder takes some 20 µs: five times a second is nothing to a server, and a
// person at a prompt does not notice the delay.
const LOOK_MS = 200
// A command looks for the answer more often: it has nothing else to do.
const ASK_MS = 50

/** Answers requests to flush from now on. @param flush resolves once what is stored is in the lake */
export function answerFlushRequests(options: {
  dataDir: string
  flush: () => Promise<void>
}): AsyncDisposable {
  const folder = folderIn(options.dataDir)
  const stopped = new AbortController()

  async function asked(): Promise<string[]> {
    const names = await readdir(folder).catch(() => [] as string[])
    return names.filter((name) => name.endsWith('.asked')).map((name) => name.slice(0, -6))
  }

  /** Whoever asked may have gone: an answer that cannot be given is no fault of ours. */
  async function answer(id: string, how: 'done' | 'failed', reason = '') {
    const made = join(folder, `${id}.asked`)
    if (how === 'failed') await writeFile(made, reason, { flag: 'r+' }).catch(() => {})
    await rename(made, join(folder, `${id}.${how}`)).catch(() => {})
  }

  async function run() {
    // Requests to a server before this one are of no use: who made them has gone, or asks again.
    await rm(folder, { recursive: true, force: true }).catch(() => {})
    while (!stopped.signal.aborted) {
      const ids = await asked()
      if (ids.length > 0) {
        const failure = await options.flush().then(
          () => undefined,
          (error: Error) => error.message,
        )
        for (const id of ids) await answer(id, failure === undefined ? 'done' : 'failed', failure)
      }
      await sleep(LOOK_MS, undefined, { signal: stopped.signal, ref: false }).catch(() => {})
    }
  }

  const running = run()
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await running
    },
  }
}

// A full batch is written in some seconds. A server of an earlier version never answers.
const WAIT_MS = 120_000

/**
 * Asks the server of a data folder to put what is stored by now into the lake, and waits until it
 * is there.
 * @returns false when no server runs there, or it has stopped meanwhile
 * @throws {StorageError} when the server could not archive, or does not answer within two minutes
 * @throws the reason of `signal`
 */
export async function askToFlush(
  dataDir: string,
  { signal, waitMs = WAIT_MS }: { signal?: AbortSignal | undefined; waitMs?: number } = {},
): Promise<boolean> {
  const folder = folderIn(dataDir)
  const id = randomUUID()
  const place = (state: string) => join(folder, `${id}.${state}`)
  const until = performance.now() + waitMs
  try {
    while (isLocked(dataDir)) {
      signal?.throwIfAborted()
      const names = await readdir(folder).catch(() => [] as string[])
      if (names.includes(`${id}.done`)) return true
      if (names.includes(`${id}.failed`)) {
        const reason = await readFile(place('failed'), 'utf8')
        throw new StorageError(`the server could not archive: ${reason}`, { isRetriable: true })
      }
      // A server that has just started has cleared the folder.
      if (!names.includes(`${id}.asked`)) await ask(folder, place('asked'))
      if (performance.now() > until) {
        throw new StorageError(
          `the server of ${dataDir} did not archive within ${waitMs / 1000} s: its log says why, or it is of a version that cannot be asked`,
          { isRetriable: true },
        )
      }
      await sleep(ASK_MS, undefined, { signal }).catch(() => {})
    }
    return false
  } finally {
    for (const state of ['asked', 'done', 'failed']) await rm(place(state), { force: true })
  }
}

async function ask(folder: string, file: string) {
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER })
  await writeFile(file, '', { flag: 'wx', mode: PRIVATE_FILE }).catch(
    (error: NodeJS.ErrnoException) => {
      // It has been answered, or the folder has been cleared: the next look tells.
      if (error.code !== 'EEXIST' && error.code !== 'ENOENT') throw error
    },
  )
}
