import type { PersonalPlace, PersonalRole, PersonalTable } from '../../event/personal-table'
import { createKnownNames } from '../../syntax/json-names'
import { type Marking, NAME } from '../../syntax/json-tape'
import { nameAt } from './cursor'
import type { Wordings } from './needles'

/** The sign of an object whose type says that it is a person; it outdoes the other. */
export const PERSON = 2
/** The sign of an object whose type says that it is none. */
export const NO_PERSON = 1

/** A standard's table, with what is remembered of it: names and types are few, and events many. */
export interface Known extends Marking {
  table: PersonalTable
  wordings: Wordings
  /** Tells what a member is where it stands. */
  roleOf(text: string, cells: Int32Array, cell: number, place: PersonalPlace): PersonalRole
  /** Is called before an item is looked at, when no number is in use. */
  begin(): void
}

export function createKnown(table: PersonalTable): Known {
  const names = createKnownNames()
  const types = createKnownNames()
  const roles = new Map<PersonalPlace, (PersonalRole | undefined)[]>()
  const inItem: (PersonalRole | undefined)[] = []
  roles.set('item', inItem)
  let areTypes: (boolean | undefined)[] = []
  let signs: (number | undefined)[] = []

  function rolesAt(place: PersonalPlace) {
    if (place === 'item') return inItem
    const known = roles.get(place)
    if (known !== undefined) return known
    const made: (PersonalRole | undefined)[] = []
    roles.set(place, made)
    return made
  }

  function signOfType(type: string): number {
    const says = table.isPerson(type)
    return says === undefined ? 0 : says ? PERSON : NO_PERSON
  }

  return {
    table,
    wordings: new Map(),
    names,

    begin() {
      if (names.forgetIfFull()) {
        for (const all of roles.values()) all.length = 0
        areTypes = []
      }
      if (types.forgetIfFull()) signs = []
    },

    roleOf(text, cells, cell, place) {
      const number = cells[cell + NAME]!
      if (number < 0) return table.roleOf(nameAt(text, cells, cell) ?? '', place)
      const all = rolesAt(place)
      const known = all[number]
      if (known !== undefined) return known
      const role = table.roleOf(names.nameOf(number), place)
      all[number] = role
      return role
    },

    isMarking(number, text, cells, cell) {
      if (number < 0) return table.typeNames.includes(nameAt(text, cells, cell)!)
      const known = areTypes[number]
      if (known !== undefined) return known
      const isType = table.typeNames.includes(names.nameOf(number))
      areTypes[number] = isType
      return isType
    },

    signOf(sign, text, start, end) {
      const number = types.numberOf(text, start + 1, end - 1)
      let own = number < 0 ? undefined : signs[number]
      if (own === undefined) {
        own = signOfType(JSON.parse(text.slice(start, end)))
        if (number >= 0) signs[number] = own
      }
      return Math.max(sign, own)
    },
  }
}
