import type { FindTenant } from '../access/keys/tenants'
import type { EventRecord, StandardName } from '../event/record'
import { asAllowed } from '../event/statement'
import type { Clock } from '../platform/clock'
import type { AppendOutcome } from '../platform/event-store'
import type { ServingPlatform } from '../platform/platform'
import { standardNamed } from '../standards'
import { eachOf, inTurns } from '../syntax/steps'

export interface RecordStoreNeeds {
  /** Left out, there is no record store: statements are events like others. */
  statements?: Pick<ServingPlatform['statements'], 'begin' | 'add'> | undefined
  findTenant?: FindTenant | undefined
  defaultXapi?: ServingPlatform['defaultXapi'] | undefined
  config: { hotTtlDays: number; xapiRetentionDays: number }
  clock: Clock
}

/** The terms under which records are written. */
export interface Terms {
  /** The hot copy is held for so many days. */
  days: number
  /** The record store took it then, ISO 8601 UTC; absent where no record store does. */
  storedAt?: string | undefined
}

/** Writes records, and answers what became of each. */
type Write<Outcome> = (
  terms: Terms,
) => Promise<{ records: readonly EventRecord[]; appended: readonly Outcome[] }>

/**
 * Makes a function that runs a write under the terms of its tenant. In a record store a statement
 * gets its time only after the write was announced, so that `consistentThrough` is true, and can be
 * found before its sender is answered.
 */
export function createRecordStore(needs: RecordStoreNeeds) {
  const { statements, findTenant, defaultXapi, config, clock } = needs

  async function hasRecordStore(standard: StandardName, tenantId: string): Promise<boolean> {
    if (statements === undefined || !standardNamed(standard)?.hasRecordStore) return false
    return ((await findTenant?.(tenantId))?.xapi ?? defaultXapi) === 'lrs'
  }

  return async function underTerms<Outcome extends AppendOutcome>(
    { standard, tenantId }: { standard: StandardName; tenantId: string },
    write: Write<Outcome>,
  ) {
    if (!(await hasRecordStore(standard, tenantId))) return write({ days: config.hotTtlDays })
    const writing = await statements!.begin(tenantId)
    let outcome: 'unknown' | undefined = 'unknown'
    try {
      const storedAt = clock.now().toISOString()
      const written = await write({ days: config.xapiRetentionDays, storedAt })
      const { statementOf } = (await standardNamed(standard)?.load()) ?? {}
      // A duplicate is added as well: whoever stored it first may have died before it was added.
      const held = written.records.filter((_, at) => isHeld(written.appended[at]!))
      if (statementOf !== undefined && held.length > 0) {
        const entryOf = (record: EventRecord) => asAllowed(statementOf(record), record)
        await statements!.add(await inTurns(eachOf(held, entryOf)))
      }
      outcome = undefined
      return written
    } finally {
      await writing.end(outcome)
    }
  }
}

function isHeld({ kind }: AppendOutcome): boolean {
  return kind === 'stored' || kind === 'duplicate'
}
