/** Somebody works from `from` to `to`, ms; `task` is what was done at its end. */
export interface Sitting {
  from: number
  to: number
  task?: string | undefined
}

/** So much time came to a task. */
interface Spent {
  task: string | undefined
  ms: number
}

/**
 * Joins a stretch of work to sittings, which are apart from each other by more than `longestPause`, oldest
 * first. The sittings that come of several stretches are the same in whatever order these came.
 * @returns the sittings, and the time that they have now and had not before: a pause is spent on what was
 *   done before it
 */
export function joined(
  sittings: readonly Sitting[],
  stretch: Sitting,
  longestPause: number,
): { sittings: Sitting[]; spent: Spent[] } {
  const last = sittings.at(-1)
  // Nearly all stretches come in their order.
  if (last !== undefined && stretch.from >= last.from)
    return joinedTo(last, sittings, stretch, longestPause)
  const first = indexOrEnd(sittings, ({ to }) => to + longestPause >= stretch.from)
  const rest = sittings.slice(first)
  const count = indexOrEnd(rest, ({ from }) => from - longestPause > stretch.to)
  const near = rest.slice(0, count)
  const all = { ...stretch }
  const spent: Spent[] = []
  let end: Sitting | undefined
  for (const one of near) {
    if (end === undefined) add(spent, stretch.task, one.from - Math.min(stretch.from, one.from))
    else spent.push(...between(end, one, stretch))
    end = one
    all.from = Math.min(all.from, one.from)
  }
  if (end === undefined) add(spent, stretch.task, stretch.to - stretch.from)
  else if (end.to >= stretch.to) Object.assign(all, { to: end.to, task: end.task })
  else spent.push(...between(end, { from: stretch.to, to: stretch.to }, stretch))
  const after = sittings.slice(first + count)
  return { sittings: [...sittings.slice(0, first), all, ...after], spent }
}

/** The stretch began in the last sitting, or after it. */
function joinedTo(
  last: Sitting,
  sittings: readonly Sitting[],
  stretch: Sitting,
  longestPause: number,
): { sittings: Sitting[]; spent: Spent[] } {
  const spent: Spent[] = []
  if (stretch.from > last.to + longestPause) {
    add(spent, stretch.task, stretch.to - stretch.from)
    return { sittings: [...sittings, stretch], spent }
  }
  if (stretch.to <= last.to) return { sittings: [...sittings], spent }
  spent.push(...between(last, { from: stretch.to, to: stretch.to }, stretch))
  const longer = { from: last.from, to: stretch.to, task: stretch.task }
  return { sittings: [...sittings.slice(0, -1), longer], spent }
}

/** The time between two sittings is that of the former up to the stretch, and from there of the stretch. */
function between(former: Sitting, latter: Sitting, stretch: Sitting): Spent[] {
  const from = Math.min(Math.max(former.to, stretch.from), latter.from)
  const spent: Spent[] = []
  add(spent, former.task, from - former.to)
  add(spent, stretch.task, latter.from - from)
  return spent
}

function add(spent: Spent[], task: string | undefined, ms: number): void {
  if (ms > 0) spent.push({ task, ms })
}

function indexOrEnd<T>(list: readonly T[], is: (one: T) => boolean): number {
  const index = list.findIndex(is)
  return index === -1 ? list.length : index
}
