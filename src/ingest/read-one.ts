import type { FindSource } from '../access/keys/sources'
import type { Issue } from '../error/issue'
import type { EventRecord, ServerFacts, StandardName } from '../event/record'
import type { Governance } from '../governance/governance'
import { loadCommonOf } from '../mapping/load-common'
import type { Clock } from '../platform/clock'
import { standardNamed } from '../standards'
import { inTurns } from '../syntax/steps'
import type { FindTypes } from './event-types'
import { createPrepare } from './ingest-reading'
import { inDialect } from './steps/identify'
import { stampWith } from './steps/stamp'

interface Needs {
  findSource: FindSource
  findTypes: FindTypes
  /** Without it, no policy applies. */
  governance?: Governance | undefined
  config: { hotTtlDays: number }
  clock: Clock
}

interface One {
  /** One JSON text. */
  text: string
  standard: StandardName
  /** The context says what its headers would, that the standard reads by. */
  context: Record<string, string>
  tenantId: string
  sourceId: string
  server: ServerFacts
}

/** Reads one event to the record that would be stored of it; stores nothing. */
export type ReadOne = (
  one: One,
) => Promise<{ record: EventRecord; errors?: undefined } | { record?: undefined; errors: Issue[] }>

/**
 * Makes a function that takes an event from `read` to `stamp`, as one that its source sends by itself.
 * Paths of its errors are those within the event.
 */
export function readOneWith({ findSource, findTypes, governance, config, clock }: Needs): ReadOne {
  const { prepare } = createPrepare({ governance })

  return async function readOne({ text, standard: name, context, ...origin }) {
    const { tenantId, sourceId } = origin
    const standard = await standardNamed(name)!.load()
    const source = await findSource(tenantId, sourceId)
    const receivedAt = clock.now().toISOString()
    const types = standard.hasTypes ? await findTypes(tenantId, source) : undefined
    const by = { context: inDialect(context, standard, source), receivedAt, types }
    const reading = await inTurns(standard.readItem(text, by))
    const { items } = reading
    const [item] = items
    if (item === undefined || items.length > 1) {
      const message = `Must be one event; got ${items.length}`
      return { errors: [{ path: [], message, code: 'invalid_value' }] }
    }
    if (!('event' in item)) {
      const at = standard.idPath(0).indexOf(0)
      return { errors: item.errors.map((one) => ({ ...one, path: one.path.slice(at + 1) })) }
    }
    const terms = { days: config.hotTtlDays }
    const { readable } = await prepare(reading, { ...origin, receivedAt, isTrial: true })
    const [governed] = readable
    if (governed === undefined) {
      const message = 'Would not be stored, by a policy of its tenant'
      return { errors: [{ path: [], message, code: 'not_stored' }] }
    }
    const commonOf = await loadCommonOf(name)
    return { record: stampWith({ ...origin, receivedAt, terms, commonOf })(governed.event) }
  }
}
