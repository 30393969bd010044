import { firstIssues } from '../../error/bounded-issues'
import type { ReadItem, Reading } from '../../event/reading'
import type { Repair, ServerFacts, Standard } from '../../event/record'
import type { QuarantinedItem } from '../../platform/quarantine-store'
import { KEPT_REASONS } from '../../quarantine/kept-reasons'
import { quarantineId } from '../../quarantine/quarantine-id'

type Readable = Extract<ReadItem, { event: unknown }>
export type Refused = Exclude<ReadItem, Readable>

interface Needs {
  tenantId: string
  sourceId: string
  server: ServerFacts
  receivedAt: string
  reading: Reading
  repair?: Repair | undefined
}

/** Makes of a refused item what the quarantine keeps: the item, every reason, where it came from. */
export function setAsideWith({ tenantId, sourceId, server, receivedAt, reading, repair }: Needs) {
  const { standard, context } = reading

  return function setAside({ index, id, raw, ...refused }: Refused): QuarantinedItem {
    const errors = firstIssues(refused.errors, KEPT_REASONS)
    const item = { tenantId, sourceId, standard, scope: 'item', errors, raw } as const
    const rest = { index, id, receivedAt, server, context, ...(repair && { repair }) }
    return { ...item, quarantineId: quarantineId(item), ...rest }
  }
}

/** An event whose id is taken: the first with that id stands. */
export function conflict({ index, id, event }: Readable, standard: Standard): Refused {
  const path = standard === 'caliper' ? ['data', index, 'id'] : [index, 'event_id']
  const message = 'An event with this id and other content is held already'
  return { index, id, raw: event.raw, errors: [{ path, message, code: 'conflict' }] }
}
