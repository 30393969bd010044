import type { Issue } from '../error/issue'
import type { ReadEvent, Reading } from '../event/reading'
import type { StandardName } from '../event/record'
import { standardNamed } from '../standards'
import { namesIn } from '../syntax/json-elements'
import type { Outcome, Readable, Refused, Stored } from './arrival'
import type { Appended } from './steps/append'

/**
 * Tells how the items of a reading fared, from what the event store answered for each that it was
 * given.
 */
export function outcomeOf(
  { standard, context }: Pick<Reading, 'standard' | 'context'>,
  readable: readonly Readable[],
  appended: readonly Appended[],
  refusedBefore: readonly Refused[],
): Pick<Outcome, 'stored' | 'refused'> {
  const stored: Stored[] = []
  const refused = [...refusedBefore]
  readable.forEach((item, place) => {
    const { kind } = appended[place]!
    if (kind === 'conflict') refused.push(governedAs(item, conflict(item, standard), context))
    else if (kind === 'withheld') {
      refused.push(governedAs(item, withheld(item, standard), context))
    } else stored.push({ item, isDuplicate: kind === 'duplicate' })
  })
  return { stored, refused: refused.sort((a, b) => a.index - b.index) }
}

/** Keeps beside what a policy changed by what it is recognised: how it was sent, and by whom. */
function governedAs(
  { event }: { event: ReadEvent },
  refused: Refused,
  { learner }: Reading['context'],
): Refused {
  const { server, eventId: sentId, contentDigest: sentDigest, sentSha256, actorId = '' } = event
  if (server === undefined) return refused
  const context = {
    sentId,
    ...(sentDigest !== undefined && { sentDigest }),
    ...(sentSha256 !== undefined && { sentSha256 }),
    ...(learner !== undefined && { learner: actorId }),
  }
  return { ...refused, around: { server, context } }
}

/** Refuses an event because of another in its request. */
function withheld({ index, id, event }: Readable, standard: StandardName): Refused {
  const path = standardNamed(standard)?.idPath(index).slice(0, -1) ?? [index]
  const message = 'Nothing of its request is stored, because another item of it is in conflict'
  return { index, id, raw: event.raw, errors: [{ path, message, code: 'withheld' }] }
}

/** Leads to the id under the name that it was sent by; to where it would stand, when it was not. */
function pathOfId(raw: string, index: number, standard: StandardName): Issue['path'] {
  const { idPath, idNames } = standardNamed(standard) ?? { idPath: undefined, idNames: [] }
  if (idPath === undefined) return [index]
  const sent = namesIn(raw)
  const name = idNames.find((one) => sent?.has(one))
  return name === undefined ? idPath(index) : [...idPath(index).slice(0, -1), name]
}

/** Refuses an event whose id is taken: the first with that id stands. */
export function conflict({ index, id, event }: Readable, standard: StandardName): Refused {
  const path = pathOfId(event.raw, index, standard)
  const message = 'An event with this id and other content is held already'
  return { index, id, raw: event.raw, errors: [{ path, message, code: 'conflict' }] }
}
