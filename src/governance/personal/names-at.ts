import { KEY, KEY_END } from '../../syntax/json-tape'

/** Returns the name of a member, as it reads; undefined for what is no member. */
export function nameAt(text: string, cells: Int32Array, cell: number): string | undefined {
  const key = cells[cell + KEY]!
  if (key < 0) return undefined
  const sent = text.slice(key + 1, cells[cell + KEY_END]! - 1)
  return sent.includes('\\') ? (JSON.parse(`"${sent}"`) as string) : sent
}
