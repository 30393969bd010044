import { AppError } from '../../error/app-error'
import type { EventType } from '../../event/event-type'

/** Says that a name is not known, and which name may have been meant. */
export function noSuchType(name: string, known: ReadonlyMap<string, EventType>): AppError {
  const plain = plainOf(name)
  const near = [...known.keys()].find((one) => plainOf(one) === plain)
  const hint =
    near === undefined ? '' : ` Did you mean ${near}? Names are compared letter for letter.`
  return new AppError('not_found', `No type of yours has the name ${shown(name)}.${hint}`)
}

function plainOf(name: string): string {
  return name
    .slice(0, 200)
    .toLowerCase()
    .replaceAll(/[_\s-]/g, '')
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 80))
}
