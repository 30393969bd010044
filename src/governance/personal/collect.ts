import type { PersonalKind } from '../../event/personal-names'
import type { PersonalPlace, PersonalRole } from '../../event/personal-table'
import { ANONYMOUS, isNobody } from '../../event/pseudonym'
import { END, START, type Tape, tapeOf } from '../../syntax/json-tape'
import { createCursor, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './cursor'
import { type Edit, startOf, takeOut } from './edits'
import { cellsAt } from './field-path'
import { unescapedLayer } from './layers'
import { createValues } from './values'
import { DROP, type Loose, type Work } from './work'

/** Items of more levels than an event may have are not looked through. */
const MAX_LEVELS = 128
/** No item that can be parsed at once has more (`MAX_ELEMENT_VALUES`). */
const MAX_VALUES = 60_000
/** A payload may be JSON text, in which another may stand. */
const MAX_NESTED = 3

const BACKSLASH = 92
const SPACE = 32

/** A part is looked at by itself: the item, or a text of JSON in it. */
interface Part {
  place: PersonalPlace
  /** The rank of the path that leads to it. */
  rank: number
  nested: number
}

const WHOLE: Part = { place: 'item', rank: 0, nested: 0 }

/**
 * Finds every declared place and every field of a rule in a text, and edits it.
 * @returns undefined when the text is too deep or has too many values
 */
export function editsOf(text: string, work: Work, part = WHOLE): Edit[] | undefined {
  const tape = tapeOf(text, MAX_LEVELS, MAX_VALUES)
  if (tape === undefined) return undefined
  const hasPaths = part.nested === 0 && work.paths.length > 0
  const marks = hasPaths ? marksOf(text, tape, work.paths) : undefined
  const { visit, edits } = createWalk(text, tape, work, marks, part.nested)
  visit(0, part.place, part.rank)
  return edits
}

function marksOf(text: string, tape: Tape, paths: Work['paths']): Uint8Array {
  const marks = new Uint8Array(tape.length)
  for (const { path, rank } of paths) {
    for (const cell of cellsAt(text, tape, path)) marks[cell] = Math.max(marks[cell]!, rank)
  }
  return marks
}

/** Goes through the values of a text. Its functions tell whether a value is to be taken out by what holds it. */
function createWalk(
  text: string,
  tape: Tape,
  work: Work,
  marks: Uint8Array | undefined,
  nested: number,
) {
  const { cells } = tape
  const { table, declared, needles } = work
  const edits: Edit[] = []
  const cursor = createCursor(text, tape, table)
  const values = createValues(cursor, work, edits)
  const { charAt, childrenOf, saysPerson } = cursor
  const markOf = (cell: number) => marks?.[cell] ?? 0

  function takeOutOf(container: number, gone: number[]): false {
    if (gone.length > 0) takeOut(tape, container, gone, edits)
    return false
  }

  function visit(cell: number, place: PersonalPlace, inherited: number): boolean {
    const rank = Math.max(inherited, markOf(cell))
    const char = charAt(cell)
    if (char === OPEN_OBJECT) {
      if (saysPerson(cell) === true) return person(cell, inherited)
      return rank === DROP ? values.forget(cell) : members(cell, place, rank)
    }
    if (char === OPEN_ARRAY) {
      // A list that goes may hold people, whose names are looked for elsewhere.
      if (rank === DROP && markOf(cell) === DROP) return values.forget(cell)
      return takeOutOf(
        cell,
        childrenOf(cell, (child) => visit(child, place, rank)),
      )
    }
    if (rank > 0) return values.byPath(cell, rank)
    if (char === QUOTE) visitText(cell, place, rank)
    return false
  }

  function members(cell: number, place: PersonalPlace, inherited: number): false {
    const loose: Loose = { names: [], urns: new Set() }
    const gone = within(cell, place, inherited, loose)
    const [urn] = loose.urns
    for (const name of loose.names) needles.addName(name, loose.urns.size === 1 ? urn : undefined)
    return takeOutOf(cell, gone)
  }

  function within(cell: number, place: PersonalPlace, inherited: number, loose: Loose): number[] {
    return childrenOf(cell, (child) => member(child, place, inherited, loose))
  }

  function member(child: number, place: PersonalPlace, inherited: number, loose: Loose): boolean {
    const role = roleIn(work, cursor.nameAt(child)!, place)
    switch (role) {
      case 'extensions':
        // They say more of the same person.
        if (charAt(child) !== OPEN_OBJECT || markOf(child) > 0) return visit(child, role, inherited)
        return takeOutOf(child, within(child, role, inherited, loose))
      case 'item':
      case 'claims':
      case 'device':
        return visit(child, role, inherited)
      case 'person':
      case 'people':
        return people(child, inherited, loose)
      case 'keep':
        return markOf(child) > 0 && visit(child, place, 0)
      case 'session':
        return session(child, place, inherited)
      default:
        return personal(child, role, Math.max(inherited, markOf(child), declared), loose)
    }
  }

  /** Treats an id of a person, the object of one, or a list of these. */
  function people(cell: number, inherited: number, loose: Loose): boolean {
    const char = charAt(cell)
    const rank = Math.max(inherited, markOf(cell))
    if (char === OPEN_ARRAY) {
      return takeOutOf(
        cell,
        childrenOf(cell, (child) => people(child, rank, loose)),
      )
    }
    if (char !== OPEN_OBJECT) return personal(cell, 'id', Math.max(rank, declared), loose)
    return saysPerson(cell) === false ? members(cell, 'item', rank) : person(cell, inherited)
  }

  /** Treats the object of a person: everything in it is of that person. */
  function person(cell: number, inherited: number): false {
    const byPath = Math.max(inherited, markOf(cell))
    const rank = Math.max(byPath, declared)
    const ids: number[] = []
    const loose: Loose = { names: [], urns: new Set() }
    const parts: Record<string, unknown> = {}
    const gone = childrenOf(cell, (child) => {
      const name = cursor.nameAt(child)!
      if (roleIn(work, name, 'person') !== 'id') return member(child, 'person', byPath, loose)
      ids.push(child)
      parts[name] = JSON.parse(cursor.sentAt(child))
      return false
    })
    const id = table.idOf(parts)
    if (id !== undefined) work.people.add(id)
    if (rank === 0) return takeOutOf(cell, gone)
    const urn = id === undefined ? ANONYMOUS : values.urnOf(id, rank)
    if (id !== undefined && urn !== id) {
      needles.addId(id, urn)
      work.became.set(id, urn)
    }
    for (const part of Object.values(parts)) if (typeof part === 'string') needles.addId(part, urn)
    for (const name of loose.names) needles.addName(name, urn)
    gone.push(...replaceIds(ids, id, urn, rank, loose))
    return takeOutOf(
      cell,
      gone.sort((a, b) => a - b),
    )
  }

  /** @returns those of a person's ids that go, since another member stands for all */
  function replaceIds(
    ids: number[],
    id: string | undefined,
    urn: string,
    rank: number,
    loose: Loose,
  ): number[] {
    if (table.memberFor === undefined) {
      return ids.filter((child) => personal(child, 'id', rank, loose))
    }
    if (id === undefined) return ids
    if (isNobody(id)) return []
    const [first, ...others] = ids
    const [start, end] = [startOf(cells, first!), cells[first! + END]!]
    edits.push({ start, end, text: table.memberFor(urn) })
    return others
  }

  /** Treats what links events for a while, where nothing shall link them. */
  function session(cell: number, place: PersonalPlace, inherited: number): boolean {
    if (charAt(cell) !== OPEN_OBJECT) {
      if (!work.isAnonymous) return visit(cell, place, inherited)
      return cursor.idAt(cell) !== undefined && values.forget(cell)
    }
    const isGone = visit(cell, 'item', inherited)
    if (isGone || !work.isAnonymous) return isGone
    childrenOf(cell, (child) => {
      const name = cursor.nameAt(child)
      const id = name === 'id' || name === '@id' ? cursor.idAt(child) : undefined
      if (id === undefined || isNobody(id)) return false
      values.put(child, ANONYMOUS)
      work.gone.add(id)
      return false
    })
    return false
  }

  function personal(cell: number, kind: PersonalKind, rank: number, loose: Loose): boolean {
    const char = charAt(cell)
    if (char === OPEN_ARRAY && lists.has(kind)) {
      return takeOutOf(
        cell,
        childrenOf(cell, (child) => personal(child, kind, rank, loose)),
      )
    }
    if (kind === 'id' && char === OPEN_OBJECT) return person(cell, rank)
    const isId = kind === 'id' || (kind === 'machine' && char !== OPEN_OBJECT)
    return isId ? values.id(cell, kind, rank, loose) : values.description(cell, kind, rank, loose)
  }

  /** A text may itself be JSON. */
  function visitText(cell: number, place: PersonalPlace, rank: number): void {
    const start = cells[cell + START]! + 1
    const first = text.charCodeAt(start)
    const isPlain = first === OPEN_OBJECT || first === OPEN_ARRAY
    // Its first character may be written with an escape, or stand behind white space.
    if ((!isPlain && first !== BACKSLASH && first !== SPACE) || nested >= MAX_NESTED) return
    const layer = unescapedLayer(text.slice(start, cells[cell + END]! - 1))
    if (!isPlain && !/^\s*[[{]/.test(layer.text)) return
    if (!isJson(layer.text)) return
    for (const edit of editsOf(layer.text, work, { place, rank, nested: nested + 1 }) ?? []) {
      edits.push({
        start: start + layer.places[edit.start]!,
        end: start + layer.places[edit.end]!,
        text: JSON.stringify(edit.text).slice(1, -1),
      })
    }
  }

  return { visit, edits }
}

/** Remembers the roles of names, which are few. */
function roleIn({ table, roles }: Work, name: string, place: PersonalPlace): PersonalRole {
  let known = roles.get(place)
  if (known === undefined) {
    known = new Map()
    roles.set(place, known)
  }
  const role = known.get(name)
  if (role !== undefined) return role
  const found = table.roleOf(name, place)
  if (name.length > LONGEST_NAME) return found
  if (known.size >= MOST_ROLES) known.clear()
  known.set(name, found)
  return found
}

/** Kinds of which a list is a list of values. */
const lists = new Set<PersonalKind>(['id', 'machine', 'address'])

// Names of extensions are IRIs; longer ones are somebody's data.
const LONGEST_NAME = 128
const MOST_ROLES = 2048

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
