import { readFileSync } from 'node:fs'
import { NARROW } from '../../shared/lake-answers'

const MB = 1024 * 1024
// The engine counts what it holds of tables, and not what a function makes (`repeat`): with 128 MB of its own and
// 150 MB of the process, this is reached by such texts alone.
const MOST_MEMORY = 400 * MB
// Two minutes of reading from a disk of this kind (100 MB/s); a query that forgot its `day` over a lake of years.
const MOST_READ = 10 * 1024 * MB
// A text of 2 GB takes the engine half a second.
const LOOK_MS = 20

/** Ends this process's query once it has taken more memory, or read more, than somebody else's may. */
export function watchOver(end: (reason: string) => void): void {
  const before = bytesRead()
  const timer = setInterval(() => {
    const reason = reasonFor(bytesRead() - before)
    if (reason === undefined) return
    clearInterval(timer)
    end(reason)
    // The message is written before the process stops; whoever asked ends it then.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LOOK_MS)
  }, LOOK_MS)
}

function reasonFor(read: number): string | undefined {
  if (process.memoryUsage.rss() > MOST_MEMORY) {
    return `The query was stopped: it needs more than ${MOST_MEMORY / MB} MB of memory. ${NARROW}`
  }
  if (read <= MOST_READ) return undefined
  return `The query was stopped: it reads more than ${MOST_READ / 1024 / MB} GB. ${NARROW}`
}

/** Tells how much this process has read; nothing where the system does not say (it is Linux that does). */
function bytesRead(): number {
  try {
    return Number(/^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
