import { type TableShape, tables } from '../src/platform/aws/deployed/tables'
import { indexes, maxWrites, warmWrites } from './settings'
import { isPermanentStage } from './stage'

// A deployment has those of the events table's indexes that it pays for.
const chosen = tables.events.indexes.filter(({ name }) => indexes.includes(name))

// Recovery costs $0.20 a GB-month, nearly as much as storage. The lake is the copy of events that
// lasts, and deliveries of last week, restored, would be sent again.
export const events = table('Events', { ...tables.events, indexes: chosen }, false, {
  transform: withThroughput,
})
export const registry = table('Registry', tables.registry, true)
export const quarantine = table('Quarantine', tables.quarantine, true)
export const documents = table('Documents', tables.documents, true)
// The events table, which is their log, has the same statements. They are written once and stay for
// years: storage at two fifths of the price is worth writes that cost a quarter more after two months.
export const statements = table('Statements', tables.statements, false, {
  tableClass: 'STANDARD_INFREQUENT_ACCESS',
})
export const deliveries = table('Deliveries', tables.deliveries, false)
// Its rows are held for a day.
export const live = table('Live', tables.live, false)

type TableArgs = aws.dynamodb.TableArgs

interface Options {
  tableClass?: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS'
  transform?: (args: TableArgs) => void
}

/**
 * Makes a table of its shape.
 * @param isRecoverable to any second of the last 35 days ("Point-in-time recovery")
 */
function table(
  name: string,
  shape: TableShape,
  isRecoverable: boolean,
  { tableClass = 'STANDARD', transform }: Options = {},
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
    transform: {
      table(args, options) {
        args.tableClass = tableClass
        args.pointInTimeRecovery = { enabled: isRecoverable }
        // Some changes make the provider replace a table, by an empty one: they stop the deployment.
        if (isPermanentStage) options.protect = true
        transform?.(args)
        return undefined
      },
    },
  })
}

/** Warms the table and its indexes, and sets the ceiling, as the deployer has it. */
function withThroughput(args: TableArgs): void {
  if (warmWrites !== undefined) {
    const warmThroughput = { writeUnitsPerSecond: warmWrites }
    args.warmThroughput = warmThroughput
    // An index takes a write for each event: one that is not warm holds up its table.
    args.globalSecondaryIndexes = $util
      .output(args.globalSecondaryIndexes)
      .apply((made = []) => made.map((index) => ({ ...index, warmThroughput })))
  }
  // An index is written only when its table is: one ceiling bounds all.
  if (maxWrites !== undefined) args.onDemandThroughput = { maxWriteRequestUnits: maxWrites }
}
