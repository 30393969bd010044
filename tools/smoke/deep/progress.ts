/** Progress shows what each of several checks waits for. */
export interface Progress extends Disposable {
  tell(name: string, what: string): void
  /** Waits for this no more. */
  end(name: string): void
  /** Prints lines that stay. */
  print(...lines: string[]): void
}

// A terminal is written over each second; a file gets a line as seldom as a person would look.
const TERMINAL_MS = 1000
const FILE_MS = 30_000

/** Shows progress in one line. @param begun by `performance.now()` */
export function showProgress(out: NodeJS.WriteStream, begun = performance.now()): Progress {
  const waiting = new Map<string, string>()
  const columns = out.isTTY ? out.columns : Number.POSITIVE_INFINITY

  function show() {
    if (waiting.size === 0) return
    const all = [...waiting].map(([name, what]) => `${name}: ${what}`)
    const line = `${clock(performance.now() - begun)}  ${all.join(' · ')}`
    if (out.isTTY) out.write(`\r\x1b[K${line.slice(0, columns - 1)}`)
    else out.write(`${line}\n`)
  }

  const timer = setInterval(show, out.isTTY ? TERMINAL_MS : FILE_MS)
  return {
    tell: (name, what) => void waiting.set(name, what),
    end: (name) => void waiting.delete(name),
    print(...lines) {
      if (out.isTTY) out.write('\r\x1b[K')
      for (const line of lines) out.write(`${line}\n`)
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      if (out.isTTY) out.write('\r\x1b[K')
    },
  }
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
