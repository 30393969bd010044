import { entities, parts } from '../model/entities'
import { events } from '../model/events'
import type { Model } from '../model/model'
import { profileExtensions } from '../model/versions'

/** Says what may have been meant by a type that a version does not have, as the end of a sentence. */
export function typeHint(model: Model) {
  const known = [...model.events.keys(), ...model.entities.keys(), ...model.parts.keys()]
  const byLowerCase = new Map(known.map((type) => [type.toLowerCase(), type]))

  return function hint(type: unknown): string {
    if (typeof type !== 'string') return ''
    const meant = byLowerCase.get(type.toLowerCase())
    if (meant !== undefined) return `; ${meant} is`
    if (!Object.hasOwn({ ...events, ...entities, ...parts }, type)) return ''
    const extension = Object.entries(profileExtensions).find(
      ([, terms]) => terms.events?.has(type) || terms.entities?.has(type),
    )
    const home = extension === undefined ? '' : `, or of 1.1 with ${extension[0]}-extension`
    return `; it is one of a later version${home}`
  }
}
