import type { EventRecord } from '../event/record'
import { asAllowed } from '../event/statement'
import type { Consumer } from '../platform/change-feed'
import type { StatementStore } from '../platform/statement-store'
import { standardNamed } from '../standards'
import { eachOf, inTurns } from '../syntax/steps'

// A statement takes some 50 µs to add: senders wait a few milliseconds at most beside so many.
const MAX_RECORDS = 256
const MAX_BYTES = 4 * 1024 * 1024
// Whoever stored them has added them already, unless it died in between.
const MAX_WAIT_MS = 1000

interface Needs {
  statements: Pick<StatementStore, 'add'>
}

/** Adds every statement of a record store to it that whoever stored it could not add any more. */
export function createStatementsConsumer({ statements }: Needs): Consumer {
  return {
    name: 'statements',
    maxRecords: MAX_RECORDS,
    maxBytes: MAX_BYTES,
    maxWaitMs: MAX_WAIT_MS,

    async handle(batch) {
      const records = batch.records().filter(({ storedAt }) => storedAt !== undefined)
      if (records.length === 0) return
      const { statementOf } = (await standardNamed(records[0]!.standard)?.load()) ?? {}
      if (statementOf === undefined) return
      const entryOf = (record: EventRecord) => asAllowed(statementOf(record), record)
      await statements.add(await inTurns(eachOf(records, entryOf)))
    },
  }
}
