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

/** Shows how long a query has run; only at a terminal, and removed at the end. */
export function showQuery(
  stream: ProgressStream,
): { show(state: { progress?: { scannedBytes: number } }): void } & Disposable {
  const startedAt = performance.now()
  let isShown = false
  return {
    show({ progress }) {
      if (!stream.isTTY) return
      isShown = true
      const seconds = Math.round((performance.now() - startedAt) / 1000)
      const read = progress ? `, ${(progress.scannedBytes / 1e6).toFixed(1)} MB read` : ''
      stream.write(`\r\x1b[2K${seconds} s${read}`)
    },
    [Symbol.dispose]() {
      if (isShown) stream.write('\r\x1b[2K')
    },
  }
}

function bar(share: number): string {
  const done = Math.min(1, Math.max(0, share))
  const full = Math.round(done * BAR_LENGTH)
  const percent = `${Math.floor(done * 100)} %`.padStart(5)
  return `[${'█'.repeat(full)}${'·'.repeat(BAR_LENGTH - full)}]${percent}`
}
