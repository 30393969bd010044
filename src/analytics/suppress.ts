import { determined } from './determined'

/** A group of fewer people than this is not shown to whoever may not see people (FERPA practice asks for 5 to 10). */
export const USUAL_K = 5

// Tables of two or three dimensions need two or three; what needs more is left out as a whole.
const MAX_TURNS = 50

/** A figure of an answer: of a group, of all groups together, of those who went no further. */
export interface Cell {
  /** Whole number of distinct people whom the figure is about. Of nobody it says nothing, and is shown. */
  people: number
}

/** Figures of one answer that add up, by their places in it. Whoever knows all but one knows that one. */
export interface Sum {
  total: number
  parts: readonly number[]
}

/**
 * Says which figures of one answer are to be left out. A group below k always is, and others with it,
 * the smallest first, for as long as one below k could be worked out from what is shown: from sums that
 * stand in the answer, together. What is left out of a shown total is about k people at least.
 *
 * It looks at one answer: whoever takes the difference of several is not stopped.
 * @param sums every total that is in the answer, and what it is the total of; differences, too: of
 * 40 who began and 38 who went on, 2 stopped: `{ total: began, parts: [wentOn, stopped] }`
 * @returns of each figure, true if it is to be left out
 */
export function suppress(
  cells: readonly Cell[],
  sums: readonly Sum[] = [],
  k = USUAL_K,
): boolean[] {
  const hidden = cells.map(({ people }) => people > 0 && people < k)
  const isShown = (at: number) => !hidden[at] && cells[at]!.people > 0
  const isFew = (at: number) => cells[at]!.people < k

  /** @returns false where nothing of these is shown that is about anybody */
  function hideSmallest(those: readonly number[]): boolean {
    const shown = those.filter(isShown)
    if (shown.length === 0) return false
    const least = shown.reduce((a, b) => (cells[b]!.people < cells[a]!.people ? b : a))
    hidden[least] = true
    return true
  }

  /** Sees to it that whatever is missing from a shown total is about k people at least. */
  function coverIn({ total, parts }: Sum): boolean {
    const missing = parts.filter((at) => hidden[at])
    if (hidden[total]) {
      // The total follows from parts that are all shown.
      return missing.length === 0 && hideSmallest(parts)
    }
    if (missing.length === 0 || missing.some((at) => !isFew(at))) return false
    return hideSmallest(parts) || hideSmallest([total])
  }

  /** Finds a figure below k that several sums give away together, and hides another beside it. */
  function coverTogether(): boolean {
    const known = determined(sums, hidden)
    if (known === undefined) return hideAllIn(sums)
    const given = known.filter(isFew).filter((at) => {
      const near = sums.filter(({ total, parts }) => total === at || parts.includes(at))
      return hideSmallest(near.flatMap(membersOf)) || hideSmallest(sums.flatMap(membersOf))
    })
    return given.length > 0
  }

  function hideAllIn(those: readonly Sum[]): boolean {
    const shown = those.flatMap(membersOf).filter(isShown)
    for (const at of shown) hidden[at] = true
    return shown.length > 0
  }

  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    // Each turn hides one more at least, so this ends.
    let covered: readonly Sum[]
    do covered = sums.filter(coverIn)
    while (covered.length > 0)
    if (!coverTogether()) return hidden
  }
  hideAllIn(sums)
  return hidden
}

function membersOf({ total, parts }: Sum): number[] {
  return [total, ...parts]
}

/**
 * Leaves out the rows of an answer that are about fewer than k people, where no totals are shown.
 * @returns the rows that stay, and how many were left out
 */
export function withoutFew<Row extends Cell>(
  rows: readonly Row[],
  k = USUAL_K,
): { rows: Row[]; suppressed: number } {
  const hidden = suppress(rows, [], k)
  const stay = rows.filter((_, at) => !hidden[at])
  return { rows: stay, suppressed: rows.length - stay.length }
}
