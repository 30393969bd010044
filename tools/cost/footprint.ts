import { zstdCompressSync } from 'node:zlib'
import { profiles } from '../../infra/profiles'
import { documentOf } from '../../src/platform/aws/archive/document'
import { packRecords } from '../../src/platform/aws/archive/pack'
import type { IndexProfile } from '../../src/platform/aws/deployed/index-profiles'
import { createItems } from '../../src/platform/aws/events/item'
import { keyOf, SHARDS } from '../../src/platform/aws/events/keys'
import { TOKEN_BYTES } from '../../src/platform/aws/events/offer'
import { createPlaces } from '../../src/platform/aws/events/place'
import {
  entriesOf,
  type Item,
  itemBytes,
  writeUnits,
} from '../../src/platform/aws/events/write-units'
import { systemClock } from '../../src/platform/clock'
import { platformEvents } from '../samples/platforms'
import { sampleRecords } from './sample'

/**
 * The footprint says what the adapters make of an event, read off the items and records that they
 * send.
 */
export interface Footprint {
  /** The item itself takes so many write units, on average. */
  tableWrites: number
  /** The item and its entries in the indexes take so many write units. */
  writeUnits: number
  /** They occupy so many bytes. */
  hotBytes: number
  /** An event as sent has so many bytes; webhooks are sent as many. */
  sentBytes: number
  /** The document for Firehose has so many bytes. */
  documentBytes: number
  /** Firehose bills so many bytes for it: each record counts as the next multiple of 5 KB. */
  billedBytes: number
  documentsInRecord: number
  /** In the settled lake it has so many bytes of Parquet. */
  parquetBytes: number
  indexes: readonly string[]
  /** These are the shards of the indexes in which a tenant's key is spread over several. */
  shards: Record<string, number>
}

// An item has 100 bytes of overhead, in the table and in each index ("DynamoDB item sizes").
const ITEM_OVERHEAD_BYTES = 100
// Firehose bills in steps of 5 KB ("Amazon Data Firehose pricing").
const FIREHOSE_STEP_BYTES = 5 * 1024

/** Measures the footprint of an event. @param bytes its size as sent */
export async function footprintOf(bytes: number, profile: IndexProfile): Promise<Footprint> {
  const { indexes, hotTtlDays } = profiles[profile]
  const records = sampleRecords(bytes, hotTtlDays)
  const count = records.length
  const blobs = { put: async () => {}, get: async () => undefined }
  const items = createItems({ indexes, blobs })
  const placeOf = createPlaces(systemClock)
  const token = new Uint8Array(TOKEN_BYTES)
  const made = await Promise.all(
    records.map((record) => {
      const place = placeOf(record, keyOf(record.tenantId, record.eventId))
      return items.toItem(record, { place, token })
    }),
  )
  const documents = records.map((record) => documentOf(record))
  const firehose = packRecords(documents)
  const billed = sum(firehose, ({ length }) => roundedUp(length, FIREHOSE_STEP_BYTES))

  return {
    tableWrites: sum(made, (item) => writeUnits(item).table) / count,
    writeUnits: sum(made, allUnits) / count,
    hotBytes: sum(made, storedBytes) / count,
    sentBytes: sum(records, ({ raw }) => Buffer.byteLength(raw)) / count,
    documentBytes: sum(documents, (document) => document.bytes.length) / count,
    billedBytes: billed / count,
    documentsInRecord: count / firehose.length,
    parquetBytes: parquetBytesOf(bytes),
    indexes,
    shards: Object.fromEntries(Object.entries(SHARDS).filter(([, shards]) => shards > 1)),
  }
}

// The columns beside `raw` take so many bytes of an event in Parquet, ids for the most part: 111 to 128 of events of
// 1.5 to 8 KB, as DuckDB writes 5,000 of them in four files by who acted, with Zstandard.
const COLUMN_BYTES = 120
// A row group has many more. From five hundred on, an event's share is the same to a hundredth.
const TEXTS = 500

/**
 * Measures what an event takes in the settled lake. Its text is most of it, and a column of texts
 * takes what Zstandard makes of all of them together (`tests/tools/cost-parquet.test.ts` compares).
 */
function parquetBytesOf(bytes: number): number {
  const texts = platformEvents(bytes, TEXTS).map((event) => JSON.stringify(event))
  return zstdCompressSync(texts.join('')).length / TEXTS + COLUMN_BYTES
}

/** Counts the write units of an item in the table and every index. */
export function allUnits(item: Item): number {
  const { table, indexes } = writeUnits(item)
  return table + sum(Object.values(indexes), (units) => units)
}

function storedBytes(item: Item): number {
  const all = [item, ...Object.values(entriesOf(item))]
  return sum(all, (one) => itemBytes(one) + ITEM_OVERHEAD_BYTES)
}

function sum<Value>(values: readonly Value[], of: (value: Value) => number): number {
  return values.reduce((total, value) => total + of(value), 0)
}

function roundedUp(value: number, step: number): number {
  return Math.ceil(value / step) * step
}
