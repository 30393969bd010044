import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StorageError } from '../../../error/storage-error'
import { isLocked } from '../lock'
import { PRIVATE_FILE, PRIVATE_FOLDER } from '../private-files'
import { namesIn } from './places'

// A command asks the server of its data folder as it does to flush (`flush-requests.ts`): by a file
// `<id>.asked` in `settle/`, to which the server adds what it has done, a line of JSON each, and
// which is `<id>.done` or `<id>.failed` in the end.

const folderIn = (dataDir: string) => join(dataDir, 'settle')

export type LakeRequest = { kind: 'settle'; until: string } | { kind: 'expire'; isDryRun: boolean }

/** A line tells of a day, or why the work failed. */
export type Told = Record<string, unknown>

// The server says at once that it has begun; the work itself may take hours.
const BEGUN: Told = { begun: true }
const PATIENCE_MS = 30_000

const LOOK_MS = 500
const ASK_MS = 100

/** Answers requests to settle from now on. @param work tells of each day that it has done */
export function answerLakeRequests(options: {
  dataDir: string
  work(request: LakeRequest, tell: (day: Told) => void, signal: AbortSignal): Promise<void>
}): AsyncDisposable {
  const folder = folderIn(options.dataDir)
  const stopped = new AbortController()
  const answering = new Map<string, Promise<void>>()

  async function answer(id: string) {
    const file = join(folder, `${id}.asked`)
    let how = 'done'
    // Whoever asked may have gone: an answer that cannot be given is no fault of ours.
    const handle = await open(file, 'r+').catch(() => undefined)
    if (handle === undefined) return
    try {
      const [first = ''] = (await handle.readFile('utf8')).split('\n')
      const lines: Promise<unknown>[] = []
      // Reading it has moved to its end.
      const tell = (told: Told) => {
        lines.push(handle.write(`${JSON.stringify(told)}\n`).catch(() => {}))
      }
      tell(BEGUN)
      try {
        await options.work(JSON.parse(first) as LakeRequest, tell, stopped.signal)
      } catch (error) {
        how = 'failed'
        tell({ reason: (error as Error).message })
      }
      await Promise.all(lines)
    } finally {
      await handle.close()
    }
    await rename(file, join(folder, `${id}.${how}`)).catch(() => {})
  }

  async function run() {
    // Requests to a server before this one are of no use: who made them has gone, or asks again.
    await rm(folder, { recursive: true, force: true }).catch(() => {})
    while (!stopped.signal.aborted) {
      for (const name of await namesIn(folder).catch(() => [])) {
        const id = name.slice(0, -'.asked'.length)
        if (!name.endsWith('.asked') || answering.has(id)) continue
        answering.set(
          id,
          answer(id).finally(() => answering.delete(id)),
        )
      }
      await sleep(LOOK_MS, undefined, { signal: stopped.signal, ref: false }).catch(() => {})
    }
  }

  const running = run()
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await running
      await Promise.all(answering.values())
    },
  }
}

/**
 * Asks the server of a data folder to settle, and waits until it has.
 * @param options.onDay is told of each day
 * @returns false when no server runs there, or it has stopped meanwhile
 * @throws {StorageError} when the server could not
 */
export async function askLake(
  dataDir: string,
  request: LakeRequest,
  options: { onDay(day: Told): void; signal?: AbortSignal | undefined },
): Promise<boolean> {
  const folder = folderIn(dataDir)
  const id = randomUUID()
  const place = (state: string) => join(folder, `${id}.${state}`)
  let told = 1
  let hasBegun = false
  const until = performance.now() + PATIENCE_MS
  async function listen(state: string) {
    const lines = (await readFile(place(state), 'utf8').catch(() => '')).split('\n').slice(0, -1)
    for (const line of lines.slice(told)) {
      const said = JSON.parse(line) as Told
      if ('reason' in said) {
        throw new StorageError(`the server could not: ${said.reason}`, { isRetriable: true })
      }
      if ('begun' in said) hasBegun = true
      else options.onDay(said)
    }
    told = Math.max(told, lines.length)
  }
  try {
    while (isLocked(dataDir)) {
      options.signal?.throwIfAborted()
      const names = await namesIn(folder)
      for (const state of ['done', 'failed', 'asked']) {
        if (!names.includes(`${id}.${state}`)) continue
        await listen(state)
        if (state !== 'asked') return true
      }
      // A server that has just started has cleared the folder.
      if (!names.some((name) => name.startsWith(id))) await ask(folder, place('asked'), request)
      if (!hasBegun && performance.now() > until) {
        const reason = `the server of ${dataDir} does not answer: it may be of a version that cannot be asked`
        throw new StorageError(reason, { isRetriable: true })
      }
      await sleep(ASK_MS, undefined, { signal: options.signal }).catch(() => {})
    }
    return false
  } finally {
    for (const state of ['asked', 'done', 'failed']) await rm(place(state), { force: true })
  }
}

async function ask(folder: string, file: string, request: LakeRequest) {
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER })
  // The server shall see it whole.
  const made = `${file}.made`
  await writeFile(made, `${JSON.stringify(request)}\n`, { mode: PRIVATE_FILE })
  await rename(made, file)
}
