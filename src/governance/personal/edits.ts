import { END, KEY, NEXT, START, type Tape, WIDTH } from '../../syntax/json-tape'

/** An edit puts a text in the place of another. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** Does edits that do not overlap; everything between them stays as it was sent. */
export function spliced(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text
  let made = ''
  let copied = 0
  for (const edit of inOrder(edits)) {
    made += text.slice(copied, edit.start) + edit.text
    copied = edit.end
  }
  return made + text.slice(copied)
}

/** Sorts edits, which are in their order as a rule. */
function inOrder(edits: readonly Edit[]): readonly Edit[] {
  for (let at = 1; at < edits.length; at += 1) {
    if (edits[at]!.start < edits[at - 1]!.start) return edits.toSorted((a, b) => a.start - b.start)
  }
  return edits
}

/**
 * Takes members or elements out of the container at `container`, each with one comma: the one after it, or for the
 * last the one before.
 * @param gone the cells of its children that go, in their order
 */
export function takeOut(
  { cells }: Tape,
  container: number,
  gone: readonly number[],
  edits: Edit[],
): void {
  const end = cells[container + NEXT]!
  let next = 0
  let stays = -1
  for (let child = container + WIDTH; child < end && next < gone.length; ) {
    if (child !== gone[next]) {
      stays = child
      child = cells[child + NEXT]!
      continue
    }
    const from = child
    let last = child
    while (child < end && child === gone[next]) {
      last = child
      child = cells[child + NEXT]!
      next += 1
    }
    if (child < end)
      edits.push({ start: startOf(cells, from), end: startOf(cells, child), text: '' })
    else if (stays < 0)
      edits.push({ start: startOf(cells, from), end: cells[last + END]!, text: '' })
    else edits.push({ start: cells[stays + END]!, end: cells[last + END]!, text: '' })
  }
}

/** Returns where a member begins, which is its name, or an element. */
export function startOf(cells: Int32Array, cell: number): number {
  const key = cells[cell + KEY]!
  return key < 0 ? cells[cell + START]! : key
}
