import { AppError } from '../../error/app-error'
import { PAGE_BYTES } from '../../platform/event-store'

/**
 * Room in memory for answers that may be large: from before one is made until it is sent, or its
 * reader is gone. Readers who take their time hold what they have not taken, and no more of them are
 * served than there is room for.
 */
export interface AnswerRoom {
  /**
   * Waits until there is room for an answer of up to `bytes`.
   * @param gone says that whoever asked is no longer there
   * @throws {AppError} `busy` when too many wait, or when this one has waited long
   */
  take(tenantId: string, bytes: number, gone?: AbortSignal): Promise<Hold>
}

export interface Hold {
  /** Says how large the answer has become. */
  keep(bytes: number): void
  /** Says that its reader has taken some of it. */
  taken(): void
  /** @param cut ends it, when its reader takes nothing while others wait for the room */
  sending(cut: () => void): void
  /** Gives the room back; more than once is as good as once. */
  release(): void
}

// This is a sixteenth of the 512 MB that a server can run in; text beyond Latin-1 takes twice that, and
// while one is made, as much again.
const TOTAL_BYTES = 32 * 1024 * 1024
// No tenant's readers, however many and slow, take what another's need.
const TENANT_BYTES = TOTAL_BYTES / 2
// A page takes milliseconds to make: who has waited this long waits for readers that do not read.
const MAX_WAIT_MS = 5000
// A reader that reads at all takes the next 64 KB by then, also on a busy machine.
const MAX_STALL_MS = 10_000
const LOOK_EVERY_MS = 500
// Each costs a connection and some hundred bytes.
const MAX_WAITING = 1024
const MAX_WAITING_OF_TENANT = 256
// Seconds, as `Retry-After`.
const RETRY_AFTER = 5

interface Waiting {
  bytes: number
  admit(): void
}

interface Sending {
  tenantId: string
  /** When some of it was taken last, ms of a clock that nobody sets. */
  takenAt: number
  cut(): void
}

export function createAnswerRoom(): AnswerRoom {
  let used = 0
  const usedBy = new Map<string, number>()
  /** By tenant, the one whose turn is next first. */
  const queues = new Map<string, Set<Waiting>>()
  let waitingCount = 0
  const sendings = new Set<Sending>()
  let looking: ReturnType<typeof setInterval> | undefined

  function grow(tenantId: string, bytes: number) {
    used += bytes
    const own = (usedBy.get(tenantId) ?? 0) + bytes
    if (own === 0) usedBy.delete(tenantId)
    else usedBy.set(tenantId, own)
  }

  function fits(tenantId: string, bytes: number): boolean {
    return used + bytes <= TOTAL_BYTES && (usedBy.get(tenantId) ?? 0) + bytes <= TENANT_BYTES
  }

  function hold(tenantId: string, reserved: number): Hold {
    let held = reserved
    const sending: Sending = { tenantId, takenAt: 0, cut() {} }
    grow(tenantId, held)
    function keep(bytes: number) {
      grow(tenantId, bytes - held)
      held = bytes
      admitWaiting()
    }
    return {
      keep,
      taken() {
        sending.takenAt = performance.now()
      },
      sending(cut) {
        sending.cut = cut
        sending.takenAt = performance.now()
        sendings.add(sending)
      },
      release() {
        sendings.delete(sending)
        keep(0)
      },
    }
  }

  /** While some wait, whoever holds room and does not read loses it: his own tenant's, or anybody's. */
  function cutStalled() {
    const since = performance.now() - MAX_STALL_MS
    const isTotalFull = used + PAGE_BYTES > TOTAL_BYTES
    for (const { tenantId, takenAt, cut } of [...sendings]) {
      if (takenAt < since && (isTotalFull || queues.has(tenantId))) cut()
    }
  }

  /** Only while somebody waits. */
  function look() {
    if (waitingCount > 0) looking ??= setInterval(cutStalled, LOOK_EVERY_MS)
    else {
      clearInterval(looking)
      looking = undefined
    }
  }

  /** Tenants take turns: of each that has room, the one that has waited longest. */
  function admitWaiting() {
    for (const [tenantId, queue] of [...queues]) {
      const [first] = queue
      if (first === undefined || !fits(tenantId, first.bytes)) continue
      queues.delete(tenantId)
      queues.set(tenantId, queue)
      first.admit()
    }
  }

  function leave(tenantId: string, one: Waiting) {
    const queue = queues.get(tenantId)
    if (!queue?.delete(one)) return
    waitingCount -= 1
    look()
    if (queue.size === 0) queues.delete(tenantId)
  }

  function wait(tenantId: string, bytes: number, gone: AbortSignal | undefined): Promise<Hold> {
    const queue = queues.get(tenantId) ?? new Set()
    if (gone?.aborted) throw busy()
    if (waitingCount >= MAX_WAITING || queue.size >= MAX_WAITING_OF_TENANT) throw busy()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(giveUp, MAX_WAIT_MS)
      const one = { bytes, admit }
      queues.set(tenantId, queue.add(one))
      waitingCount += 1
      look()
      gone?.addEventListener('abort', giveUp)
      function end() {
        clearTimeout(timer)
        gone?.removeEventListener('abort', giveUp)
        leave(tenantId, one)
      }
      function admit() {
        end()
        resolve(hold(tenantId, bytes))
      }
      function giveUp() {
        end()
        reject(busy())
      }
    })
  }

  return {
    async take(tenantId, bytes, gone) {
      // An answer that is larger than a tenant's share is still served, alone.
      const asked = Math.min(bytes, TENANT_BYTES)
      const isFirst = !queues.has(tenantId)
      return isFirst && fits(tenantId, asked) ? hold(tenantId, asked) : wait(tenantId, asked, gone)
    },
  }
}

function busy() {
  const detail = 'More is being read at the moment than there is room for.'
  return new AppError('busy', detail, { retryAfter: RETRY_AFTER })
}
