import type { Log } from '../../../telemetry/log'
import type { Cursors } from '../log/cursors'
import type { EventLog } from '../log/event-log'
import type { LocalStatementStore } from '../statement-store'

/** The consumer that adds statements again (`changes/statements.ts`). */
const NAME = 'statements'

const ONE = { records: 1, bytes: 1 }
// Somebody who watches a start sees by this that it goes on.
const TELL_MS = 10_000

interface Needs {
  cursors: Cursors
  log: Pick<EventLog, 'end' | 'segmentsFrom' | 'countFrom'>
  statements: Pick<LocalStatementStore, 'follow' | 'settle'>
  telemetry: Log
}

/**
 * Makes cursors of which that of the statements is never beyond what is durable in their own file:
 * it is set back when that file was lost or is of an earlier day, and moves on only once what was
 * added is on the disk.
 */
export async function followStatements({
  cursors,
  log,
  statements,
  telemetry,
}: Needs): Promise<Cursors> {
  const end = log.end()
  const cursor = cursors.peek(NAME)
  // In a folder that a version without a record store has filled, there is nothing to follow yet.
  const isFormer = cursor === undefined && cursors.furthest() > 0
  const from = isFormer ? end : cursor
  if (isFormer) await statements.settle(end, undefined)
  const begin = statements.follow(from, end, log.countFrom)
  const isBehind = log.countFrom(begin) > 0
  if (begin !== cursor) cursors.set(NAME, begin)
  let toldAt = performance.now()
  if (isBehind) telemetry.info('statements are added again from the log', { begin, end })

  function tell(position: number) {
    if (!isBehind || position >= end || performance.now() - toldAt < TELL_MS) return
    toldAt = performance.now()
    telemetry.info('statements are added again from the log', { position, end })
  }

  return {
    ...cursors,
    async write(name, handled, intended) {
      if (name === NAME) {
        await statements.settle(handled, log.segmentsFrom(handled, ONE)[0]?.storedAt)
        tell(handled)
      }
      await cursors.write(name, handled, intended)
    },
  }
}
