import { partitionNamed } from './lake-files'
import type { Position } from './target'

/** Names the tables at a target. @param place the schema, as SQL has it */
export function tablesOf(place: string) {
  return { events: `${place}.events`, positions: `${place}.positions`, lakes: `${place}.lakes` }
}

/** Writes a name as SQL has it, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Reads rows of the table of positions: the name of a day (`nameOf`), file, bytes, when it changed. */
export function positionsIn(rows: readonly (readonly unknown[])[]): Position[] {
  const byDay = new Map<string, Position>()
  for (const [name, file, bytes, changed] of rows) {
    const one = partitionNamed(String(name))
    if (one === undefined) continue
    const position = byDay.get(String(name)) ?? { ...one, files: [] }
    byDay.set(String(name), position)
    position.files.push({ file: String(file), bytes: Number(bytes), changed: String(changed) })
  }
  return [...byDay.values()]
}
