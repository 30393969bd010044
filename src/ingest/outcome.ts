import type { Issue } from '../error/issue'
import type { Reading } from '../event/reading'
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
  { standard }: Reading,
  readable: readonly Readable[],
  appended: readonly Appended[],
  refusedBefore: readonly Refused[],
): Outcome {
  const stored: Stored[] = []
  const refused = [...refusedBefore]
  readable.forEach((item, place) => {
    const { kind } = appended[place]!
    if (kind === 'conflict') refused.push(conflict(item, standard))
    else if (kind === 'withheld') refused.push(withheld(item, standard))
    else stored.push({ item, isDuplicate: kind === 'duplicate' })
  })
  return { stored, refused: refused.sort((a, b) => a.index - b.index) }
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
