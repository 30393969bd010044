import type { QuarantinedItem } from '../../quarantine-store'
import { type Attributes, keyOf, number, primaryKey, text } from '../dynamo/attributes'

/**
 * A head says what a change of an item needs to know of it. The table:
 *
 *     pk              sk
 *     item#T#Q        item        an item: this, and its text or where that is
 *     arrivals#T      ARRIVAL     the same for searches, which must not read megabytes of text
 *     usage#0…7       T#S         what a source has (`usage.ts`)
 */
export interface Head {
  tenantId: string
  quarantineId: string
  sourceId: string
  /** Gives its place among those of its tenant: it rises with time (UUID 7, RFC 9562, 5.7). */
  arrival: string
  /** Changes with each change, so that no call changes what it has not read. */
  version: string
  /** Counts the bytes of the item as JSON. */
  bytes: number
  /** Tells whether its text is among the blobs. */
  isApart: boolean
}

/** A prepared item is on its way into the store. */
export interface Prepared extends Head {
  item: QuarantinedItem
  json: string
  /** Has the same, compressed. */
  packed: Uint8Array
}

type Named = Pick<Head, 'tenantId' | 'quarantineId'>

export function itemKey({ tenantId, quarantineId }: Named): Attributes {
  return primaryKey(keyOf('item', tenantId, quarantineId), 'item')
}

export function arrivalsOf(tenantId: string): string {
  return keyOf('arrivals', tenantId)
}

export function entryKey({ tenantId, arrival }: Head): Attributes {
  return primaryKey(arrivalsOf(tenantId), arrival)
}

export function headAttributes(head: Head): Attributes {
  const { tenantId, quarantineId, sourceId, arrival, version, bytes } = head
  const names = { tenantId, quarantineId, sourceId, arrival, version }
  const texts = Object.entries(names).map(([name, value]) => [name, text(value)])
  return { ...Object.fromEntries(texts), bytes: number(bytes) }
}

export function headFrom(attributes: Attributes): Head {
  const { tenantId, quarantineId, sourceId, arrival, version, bytes, textKey } = attributes
  return {
    tenantId: tenantId!.S!,
    quarantineId: quarantineId!.S!,
    sourceId: sourceId!.S!,
    arrival: arrival!.S!,
    version: version!.S!,
    bytes: Number(bytes!.N),
    isApart: textKey !== undefined,
  }
}

/** Makes the entry that a search reads. */
export function entryOf({ item }: Prepared): Attributes {
  const { quarantineId, sourceId, standard, scope, receivedAt, errors } = item
  const codes = [...new Set(errors.map(({ code }) => code))]
  return {
    quarantineId: text(quarantineId),
    sourceId: text(sourceId),
    standard: text(standard),
    scope: text(scope),
    receivedAt: text(receivedAt),
    codes: { L: codes.map(text) },
  }
}
