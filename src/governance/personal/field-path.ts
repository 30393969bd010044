import { NEXT, type Tape, WIDTH } from '../../syntax/json-tape'
import type { PathStep } from '../policy/json-path'
import { nameAt } from './cursor'

/** Marks the cells to which paths lead with their ranks, the highest of each. */
export function marksOf(
  text: string,
  tape: Tape,
  paths: readonly { path: readonly PathStep[]; rank: number }[],
): Uint8Array {
  const marks = new Uint8Array(tape.length)
  for (const { path, rank } of paths) {
    for (const cell of cellsAt(text, tape, path)) marks[cell] = Math.max(marks[cell]!, rank)
  }
  return marks
}

/**
 * Finds the values that a path leads to, every member of a name where several have it.
 * @returns their cells
 */
function cellsAt(text: string, { cells }: Tape, path: readonly PathStep[]): number[] {
  let found = [0]
  for (const step of path) found = found.flatMap((cell) => childrenAt(text, cells, cell, step))
  return found
}

function childrenAt(text: string, cells: Int32Array, cell: number, step: PathStep): number[] {
  const children: number[] = []
  const end = cells[cell + NEXT]!
  let index = 0
  for (let child = cell + WIDTH; child < end; child = cells[child + NEXT]!) {
    const name = nameAt(text, cells, child)
    const isMeant = typeof step === 'number' ? name === undefined && index === step : name === step
    if (step === null || isMeant) children.push(child)
    index += 1
  }
  return children
}
