import type { Archive } from '../../../platform/archive'
import type { BlobStore } from '../../../platform/blob-store'
import type { DeliveryQueue } from '../../../platform/delivery-queue'
import type { DocumentStore } from '../../../platform/document-store'
import type { EventStore } from '../../../platform/event-store'
import type { Lake } from '../../../platform/lake'
import type { LakeErasures } from '../../../platform/lake-erasures'
import type { QuarantineStore } from '../../../platform/quarantine-store'
import type { StatementStore } from '../../../platform/statement-store'
import type { Trees } from '../../../platform/trees'
import { attachmentsPlace } from './attachments'
import { documentsPlace } from './documents'
import { lakePlace } from './lake'
import type { Place } from './place'
import { rostersPlace } from './rosters'
import { spillPlace } from './spill'
import {
  archivePlace,
  deliveriesPlace,
  eventsPlace,
  quarantinePlace,
  statementsPlace,
  treesPlace,
} from './stores'

/** The holders are every port that has copies; who carries erasures out may search all of them. */
export interface Holders {
  events: Pick<EventStore, 'erase' | 'get' | 'append'>
  archive?: Pick<Archive, 'erase'> | undefined
  /** The lake, where a job changes it, and no archive can. */
  lakeErasures?: LakeErasures | undefined
  quarantine: Pick<QuarantineStore, 'erase'>
  deliveries: Pick<DeliveryQueue, 'erase'>
  statements: Pick<StatementStore, 'erase' | 'query'>
  trees?: Pick<Trees, 'erase' | 'find'> | undefined
  documents: DocumentStore
  /** Writes states that are in memory. Left out, none are. */
  settleStates?: ((tenantId: string) => Promise<void>) | undefined
  lake: Lake
  blobs: BlobStore
  spill?: BlobStore | undefined
  /** Places that have to be empty before any other is searched. */
  firstPlaces?: readonly Place[] | undefined
  /** Places that others keep: pseudonyms, answers to requests for access, batches that failed. */
  otherPlaces?: readonly Place[] | undefined
}

/**
 * Lists all places, in the order in which they are searched: the hot store first, since what follows the
 * log is written from it; the quarantine last, whose search leaves the database without its log on one machine.
 */
export function placesOf(holders: Holders): Place[] {
  const { events, archive, lakeErasures, deliveries, statements, quarantine } = holders
  const { trees, documents, spill, firstPlaces = [], otherPlaces = [] } = holders
  const attachments = attachmentsPlace(holders)
  return [
    ...firstPlaces,
    ...(spill === undefined ? [] : [spillPlace(spill)]),
    eventsPlace(events, { attachmentsOf: attachments.note }),
    ...(archive?.erase === undefined ? [] : [archivePlace({ erase: archive.erase })]),
    ...(lakeErasures === undefined ? [] : [lakePlace(lakeErasures, holders.lake)]),
    ...(trees === undefined ? [] : [treesPlace(trees)]),
    deliveriesPlace(deliveries),
    statementsPlace(statements),
    attachments.place,
    ...otherPlaces,
    rostersPlace(documents),
    documentsPlace(documents, holders.settleStates),
    quarantinePlace(quarantine),
  ]
}
