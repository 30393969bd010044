import { type TableShape, tables } from '../src/platform/aws/tables'
import { indexes } from './settings'
import { isPermanentStage } from './stage'

// Of the events table's indexes a deployment has those that it pays for.
const chosen = tables.events.indexes.filter(({ name }) => indexes.includes(name))

export const events = table('Events', { ...tables.events, indexes: chosen })
export const registry = table('Registry', tables.registry)
export const quarantine = table('Quarantine', tables.quarantine)
export const deliveries = table('Deliveries', tables.deliveries)

function table(name: string, { hashKey, rangeKey, indexes, ttl, stream }: TableShape) {
  const keys = [{ hashKey, rangeKey }, ...indexes].flatMap((key) => [key.hashKey, key.rangeKey])
  const fields = keys.filter((key) => key !== undefined).map((key) => [key, 'string' as const])
  return new sst.aws.Dynamo(name, {
    fields: Object.fromEntries(fields),
    primaryIndex: { hashKey, ...(rangeKey && { rangeKey }) },
    globalIndexes: Object.fromEntries(indexes.map(({ name, ...index }) => [name, index])),
    ...(ttl && { ttl }),
    ...(stream && { stream }),
    deletionProtection: isPermanentStage,
  })
}
