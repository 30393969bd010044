import { subjectOf } from '../../event/conditions'
import type { ReadEvent } from '../../event/reading'
import type { EventRecord } from '../../event/record'
import { domainsOf } from '../policy/domains'
import type { EventFacts, SenderVerdicts } from './compile'

/** Finds what an event says of its sender, as far as a blocklist asks for it. */
export function eventFactsOf(
  event: ReadEvent,
  { asksDomain }: Pick<SenderVerdicts, 'asksDomain'>,
): EventFacts {
  const source = event.edAppId
  // No domain depends on what is stamped later.
  return asksDomain ? { source, domain: domainsOf(subjectOf(event as EventRecord)) } : { source }
}
