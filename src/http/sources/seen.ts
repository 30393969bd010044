import {
  addArrivals,
  addCounts,
  emptyArrivals,
  emptyCounts,
  lagIn,
  later,
} from '../../platform/arrivals'
import { duplicatesModes, type Source } from '../../platform/registry/sources'
import type { ArrivalCounts, Arrivals, SeenSender } from '../../platform/source-activity'
import { z } from '../zod'
import { SourceView, viewExample, viewOf } from './schemas'

const count = z.int().min(0)
const time = z.iso.datetime()

const counts = {
  accepted: count.openapi({ description: 'Events and entities that were stored' }),
  duplicates: count.openapi({ description: 'Of those sent, held already' }),
  quarantined: count.openapi({ description: 'Items and unreadable bodies, each time sent' }),
  refused: count.openapi({ description: 'Whole requests that were answered with an error' }),
  refusedFor: z
    .record(z.string(), count)
    .openapi({ description: 'Those, by the code of the error' }),
}

const LastHour = z
  .object({
    ...counts,
    lag: z.object({ medianSeconds: z.number(), maxSeconds: z.number() }).optional().openapi({
      description:
        'From `sendTime`, or where the sender says none from the time of the event, to arrival, to within a tenth; negative where its clock is ahead. Absent when nothing was accepted',
    }),
  })
  .openapi('LastHour', { description: 'What came in the last hour, to five minutes' })

const lastSeenAt = time
  .optional()
  .openapi({ description: 'When something last came, taken or refused; absent when nothing did' })

const SeenKey = z
  .object({
    keyId: z.string(),
    lastUsedAt: time.openapi({ description: 'When it was last shown, for whatever purpose' }),
    lastSeenAt,
    ...counts,
    lastHour: LastHour,
  })
  .openapi('SeenKey')

const Total = z.object(counts).openapi('ArrivalCounts', { description: 'Since the beginning' })

const seen = {
  lastSeenAt,
  total: Total,
  lastHour: LastHour,
  keys: z.array(SeenKey).openapi({ description: 'Its keys that were ever used, with the same' }),
}

const { duplicates: _duplicates, ...others } = counts

/** A source with what came from it. `duplicates` is its setting here, as `PUT` takes it. */
export const SeenSource = SourceView.extend({ ...others, ...seen }).openapi('SeenSource')

/** A source in a list: `duplicates` is a count, and the setting has another name. */
export const ListedSource = z
  .object({
    ...SourceView.shape,
    ...counts,
    ...seen,
    onDuplicate: z
      .enum(duplicatesModes)
      .openapi({ description: 'The setting that is `duplicates` at `/sources/{id}`' }),
  })
  .openapi('ListedSource')

type SeenView = z.output<typeof SeenSource>
type ListedView = z.output<typeof ListedSource>

/** Joins a source with what was seen of its tenant. */
export function seenOf(source: Source, all: readonly SeenSender[]): SeenView {
  const senders = all.filter(({ sourceId }) => sourceId === source.sourceId)
  const total = emptyCounts()
  const lastHour = emptyArrivals()
  let lastSeenAt: string | undefined
  for (const sender of senders) {
    addCounts(total, sender.total)
    addArrivals(lastHour, sender.lastHour)
    lastSeenAt = later(lastSeenAt, sender.lastSeenAt)
  }
  const said = shown({ lastSeenAt, total, lastHour })
  const { duplicates: _, ...top } = said
  return { ...viewOf(source), ...top, total: countsOf(total), keys: senders.map(keyOf) }
}

export function listedOf(source: Source, all: readonly SeenSender[]): ListedView {
  const { duplicates: onDuplicate, ...view } = seenOf(source, all)
  return { ...view, duplicates: view.total.duplicates, onDuplicate }
}

function keyOf({ keyId, lastUsedAt, ...sender }: SeenSender): SeenView['keys'][number] {
  return { keyId, lastUsedAt, ...shown(sender) }
}

function shown({
  lastSeenAt,
  total,
  lastHour,
}: Pick<SeenSender, 'lastSeenAt' | 'total' | 'lastHour'>) {
  const seen = lastSeenAt !== undefined && { lastSeenAt }
  return { ...seen, ...countsOf(total), lastHour: hourOf(lastHour) }
}

function hourOf(arrivals: Arrivals) {
  const lag = lagIn(arrivals.lags)
  return { ...countsOf(arrivals), ...(lag && { lag }) }
}

function countsOf({ accepted, duplicates, quarantined, refused, reasons }: ArrivalCounts) {
  return { accepted, duplicates, quarantined, refused, refusedFor: reasons }
}

const countsExample = { accepted: 1200, duplicates: 4, quarantined: 3, refused: 2 }
const hourExample = {
  ...{ accepted: 80, duplicates: 0, quarantined: 1, refused: 1, refusedFor: { too_large: 1 } },
  lag: { medianSeconds: 0.9, maxSeconds: 41 },
}
const seenExample = {
  lastSeenAt: '2026-11-21T09:30:00.000Z',
  ...countsExample,
  refusedFor: { busy: 1, too_large: 1 },
  lastHour: hourExample,
}

const { duplicates: _count, ...topExample } = seenExample

export const seenSourceExample: SeenView = {
  ...viewExample,
  ...topExample,
  total: { ...countsExample, refusedFor: seenExample.refusedFor },
  keys: [
    {
      keyId: 'key_0d9ff7a4-98c1-4f2c-a5ea-b8fb45f5f2c5',
      lastUsedAt: '2026-11-21T09:30:00.000Z',
      ...seenExample,
    },
  ],
}

export const listedSourceExample: ListedView = {
  ...seenSourceExample,
  duplicates: countsExample.duplicates,
  onDuplicate: 'refuse',
}
