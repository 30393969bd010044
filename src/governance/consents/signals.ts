import type { PersonalTable } from '../../event/personal-table'
import type { ReadEvent } from '../../event/reading'
import type { EventRecord, ServerFacts } from '../../event/record'
import { standardNamed } from '../../standards'
import { CATEGORY, type Consents, MAX_CATEGORIES, type Said } from './consents'

/** Whoever sent events, as far as a consent in them says by whom it was reported. */
type Origin = Pick<EventRecord, 'tenantId' | 'receivedAt'> & { server: ServerFacts }

/** Hears what events of trusted sources say that their actors decided. */
export interface ConsentSignals {
  /**
   * Keeps what these say, before they are governed: their own request goes by it already.
   * @throws {StorageError} then nothing of the request may be kept
   */
  hear(events: readonly ReadEvent[], origin: Origin): Promise<void>
}

interface Needs {
  consents: Pick<Consents, 'put'>
  /** Is told how many decisions were heard, and of how many people. */
  heard(origin: Origin, counts: { people: number; decisions: number }): void
}

// Every sign goes by this name; one that is written with escapes is none.
const SIGN = 'consent'

export function createConsentSignals({ consents, heard }: Needs): ConsentSignals {
  return {
    async hear(events, origin) {
      const { tenantId, receivedAt, server } = origin
      const people = new Set<string>()
      let decisions = 0
      for (const event of events) {
        const { actorId, raw, eventId, eventTime } = event
        if (actorId === undefined || !raw.includes(SIGN)) continue
        const table = await standardNamed(event.standard)?.loadPersonal()
        const categories = table && categoriesIn(table, raw)
        if (categories === undefined) continue
        // A decision that is dated ahead would stand against all that is decided until then.
        const [at] = [eventTime, receivedAt].sort() as [string, string]
        const by = server.subject ?? 'nonius'
        const evidence = `event ${eventId}`.slice(0, 1000)
        const put = await consents.put(tenantId, { actorId, categories, evidence, at, by })
        if (put.changed.length > 0) people.add(actorId)
        decisions += put.changed.length
      }
      if (people.size > 0) heard(origin, { people: people.size, decisions })
    },
  }
}

/** Reads decisions of an item. @returns undefined when it says none */
function categoriesIn(table: PersonalTable, raw: string): Record<string, Said> | undefined {
  const said = table.consentIn(JSON.parse(raw))
  const good = Object.entries(said ?? {}).flatMap(([category, value]): [string, Said][] => {
    const decision = decisionIn(value)
    return decision !== undefined && CATEGORY.test(category) ? [[category, decision]] : []
  })
  return good.length === 0 ? undefined : Object.fromEntries(good.slice(0, MAX_CATEGORIES))
}

function decisionIn(value: unknown): Said | undefined {
  if (value === true || value === 'granted') return 'granted'
  return value === false || value === 'denied' ? 'denied' : undefined
}
