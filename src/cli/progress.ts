import type { WriteStream } from 'node:tty'

export type ProgressStream = Pick<WriteStream, 'write'> & { isTTY?: boolean; columns?: number }

/**
 * Progress shows how far a long reading has come. It is shown only at a terminal, and removed at
 * the end.
 */
export interface Progress extends Disposable {
  advance(bytes: number, items: number): void
}

// Ten updates a second are as many as an eye sees, and cost nothing beside the reading.
const INTERVAL_MS = 100
const BAR_LENGTH = 24

/** @param total bytes to read, when their number is known */
export function showProgress(stream: ProgressStream, name: string, total?: number): Progress {
  let bytes = 0
  let items = 0
  let shownAt = Number.NEGATIVE_INFINITY
  let isShown = false

  function show(): void {
    shownAt = performance.now()
    isShown = true
    const read = `${(bytes / 1e6).toFixed(1)} MB, ${items.toLocaleString('en')} items`
    const line =
      total === undefined ? `${name}  ${read}` : `${name}  ${bar(bytes / total)}  ${read}`
    stream.write(`\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`)
  }

  return {
    advance(moreBytes, moreItems) {
      bytes += moreBytes
      items += moreItems
      if (stream.isTTY && performance.now() - shownAt >= INTERVAL_MS) show()
    },
    [Symbol.dispose]() {
      if (isShown) stream.write('\r\x1b[2K')
    },
  }
}

/** Shows how many things are done; only at a terminal, and removed at the end. */
export function showCount(
  stream: ProgressStream,
  done = 'replayed',
): { show(count: number, refused?: number): void } & Disposable {
  let isShown = false
  return {
    show(count, refused) {
      if (!stream.isTTY) return
      isShown = true
      const others = refused === undefined ? '' : `, ${refused.toLocaleString('en')} refused`
      const line = `${count.toLocaleString('en')} ${done}${others}`
      stream.write(`\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`)
    },
    [Symbol.dispose]() {
      if (isShown) stream.write('\r\x1b[2K')
    },
  }
}

/** Shows how far something is that others do; only at a terminal, and removed at the end. */
export function showShare(
  stream: ProgressStream,
): { show(share: number | undefined, state: string): void } & Disposable {
  let isShown = false
  return {
    show(share, state) {
      if (!stream.isTTY) return
      isShown = true
      const line = share === undefined ? state : `${bar(share)}  ${state}`
      stream.write(`\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`)
    },
    [Symbol.dispose]() {
      if (isShown) stream.write('\r\x1b[2K')
    },
  }
}

// A person wonders after some seconds whether anything happens; a log need not have more than this.
const FIRST_LINE_MS = 10_000
const LINE_EVERY_MS = 60_000

/**
 * Shows how long a query has run: at a terminal on a line that is removed at the end, elsewhere in a
 * line after ten seconds and each minute.
 * @param everyMs how often it looks at the clock
 */
export function showQuery(
  stream: ProgressStream,
  { everyMs = 1000 }: { everyMs?: number } = {},
): { show(state: { progress?: { scannedBytes: number } }): void } & Disposable {
  const startedAt = performance.now()
  let nextLineAt = startedAt + FIRST_LINE_MS
  let isShown = false
  let read = ''
  // An engine in this process says nothing until it has its answer.
  const timer = setInterval(tick, everyMs)
  timer.unref?.()

  function tick() {
    const now = performance.now()
    const seconds = Math.round((now - startedAt) / 1000)
    if (stream.isTTY) {
      isShown = true
      stream.write(`\r\x1b[2K${seconds} s${read}`)
    } else if (now >= nextLineAt) {
      nextLineAt = now + LINE_EVERY_MS
      stream.write(`The query has run for ${seconds} s${read}.\n`)
    }
  }

  return {
    show({ progress }) {
      if (progress) read = `, ${(progress.scannedBytes / 1e6).toFixed(1)} MB read`
      if (stream.isTTY) tick()
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      if (isShown) stream.write('\r\x1b[2K')
      isShown = false
    },
  }
}

function bar(share: number): string {
  const done = Math.min(1, Math.max(0, share))
  const full = Math.round(done * BAR_LENGTH)
  const percent = `${Math.floor(done * 100)} %`.padStart(5)
  return `[${'█'.repeat(full)}${'·'.repeat(BAR_LENGTH - full)}]${percent}`
}
