import type { EventRecord } from '../event/record'
import { asAllowed } from '../event/statement'
import type { Consumer } from '../platform/change-feed'
import type { StatementStore } from '../platform/statement-store'
import { standardNamed } from '../standards'
import { eachOf, inTurns } from '../syntax/steps'

// A look for a statement that is held takes some 5 µs: senders wait a few milliseconds beside so many.
const MAX_RECORDS = 1024
const MAX_BYTES = 4 * 1024 * 1024
// Whoever stored them has added them already, unless it died in between.
const MAX_WAIT_MS = 1000

interface Needs {
  statements: Pick<StatementStore, 'add' | 'held'>
}

/** Adds every statement of a record store to it that whoever stored it could not add any more. */
export function createStatementsConsumer({ statements }: Needs): Consumer {
  /** Leaves out records whose statements need not be added any more. */
  async function lacking(records: readonly EventRecord[]): Promise<readonly EventRecord[]> {
    if (statements.held === undefined) return records
    const left: EventRecord[] = []
    for (const [tenantId, own] of Map.groupBy(records, (record) => record.tenantId)) {
      const ids = own.map(({ eventId }) => eventId)
      const held = await statements.held(tenantId, ids)
      left.push(...own.filter(({ eventId }) => !held.has(eventId)))
    }
    return left
  }

  return {
    name: 'statements',
    maxRecords: MAX_RECORDS,
    maxBytes: MAX_BYTES,
    maxWaitMs: MAX_WAIT_MS,

    async handle(batch) {
      const stored = batch.records().filter(({ storedAt }) => storedAt !== undefined)
      const records = await lacking(stored)
      if (records.length === 0) return
      const { statementOf } = (await standardNamed(records[0]!.standard)?.load()) ?? {}
      if (statementOf === undefined) return
      const entryOf = (record: EventRecord) => asAllowed(statementOf(record), record)
      await statements.add(await inTurns(eachOf(records, entryOf)))
    },
  }
}
