import type { PersonalTable } from '../../event/personal-table'
import { type Cursor, OPEN_ARRAY, OPEN_OBJECT } from './cursor'
import type { Needles } from './needles'

/** Returns the id of a person as the record has it. @param ids the members that identify them */
export function idOfPerson(
  cursor: Cursor,
  table: PersonalTable,
  ids: readonly number[],
): string | undefined {
  const [only] = ids
  // Most people have one id, which needs no object around it.
  if (only !== undefined && ids.length === 1 && table.memberFor === undefined) {
    const char = cursor.charAt(only)
    if (char !== OPEN_OBJECT && char !== OPEN_ARRAY) return cursor.idAt(only)
  }
  const parts: Record<string, unknown> = {}
  for (const one of ids) parts[cursor.nameAt(one)!] = cursor.valueAt(one)
  return table.idOf(parts)
}

/** Looks for the other ids of a person as well, and for those of somebody who has none that counts. */
export function nameIds(
  cursor: Cursor,
  table: PersonalTable,
  needles: Needles,
  ids: readonly number[],
  urn: string,
): void {
  for (const one of ids) {
    const value = cursor.valueAt(one)
    const id = typeof value === 'string' ? value : table.idOf({ [cursor.nameAt(one)!]: value })
    if (id !== undefined) needles.addId(id, urn)
  }
}
