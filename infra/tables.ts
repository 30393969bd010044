import { type TableShape, tables } from '../src/platform/aws/deployed/tables'
import { indexes } from './settings'
import { isPermanentStage } from './stage'

// A deployment has those of the events table's indexes that it pays for.
const chosen = tables.events.indexes.filter(({ name }) => indexes.includes(name))

// Recovery costs $0.20 a GB-month, nearly as much as storage. The lake is the copy of events that
// lasts, and deliveries of last week, restored, would be sent again.
export const events = table('Events', { ...tables.events, indexes: chosen }, false)
export const registry = table('Registry', tables.registry, true)
export const quarantine = table('Quarantine', tables.quarantine, true)
export const documents = table('Documents', tables.documents, true)
// The events table, which is their log, has the same statements. They are written once and stay for
// years: storage at two fifths of the price is worth writes that cost a quarter more after two months.
export const statements = table(
  'Statements',
  tables.statements,
  false,
  'STANDARD_INFREQUENT_ACCESS',
)
export const deliveries = table('Deliveries', tables.deliveries, false)
// Its rows are held for a day.
export const live = table('Live', tables.live, false)

/**
 * Makes a table of its shape.
 * @param isRecoverable to any second of the last 35 days ("Point-in-time recovery")
 */
function table(
  name: string,
  shape: TableShape,
  isRecoverable: boolean,
  tableClass: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS' = 'STANDARD',
) {
  const { hashKey, rangeKey, indexes, ttl, stream } = shape
  const keys = [{ hashKey, rangeKey }, ...indexes].flatMap((key) => [key.hashKey, key.rangeKey])
  const fields = keys.filter((key) => key !== undefined).map((key) => [key, 'string' as const])
  return new sst.aws.Dynamo(name, {
    fields: Object.fromEntries(fields),
    primaryIndex: { hashKey, ...(rangeKey && { rangeKey }) },
    globalIndexes: Object.fromEntries(indexes.map(({ name, ...index }) => [name, index])),
    ...(ttl && { ttl }),
    ...(stream && { stream }),
    deletionProtection: isPermanentStage,
    transform: { table: { tableClass, pointInTimeRecovery: { enabled: isRecoverable } } },
  })
}
