/**
 * Steps are work in pieces of a millisecond or so, between which the caller may turn to other work.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>

// Reading so many characters of events takes half a millisecond. A step for each event, through ten
// generators, costs as much as cutting it out.
const STEP_LENGTH = 32 * 1024
// The shortest item may take as long as so many characters of a usual one: a hostile one takes 60 µs.
const SHORTEST = 1024

/**
 * Tells after each item of so many characters whether enough was read for a step.
 */
export function createPace(): (length: number) => boolean {
  let left = STEP_LENGTH
  return function isStep(length) {
    left -= Math.max(length, SHORTEST)
    if (left > 0) return false
    left = STEP_LENGTH
    return true
  }
}

/** So many events are one step where one of them takes a microsecond or two. */
export const STEP_ITEMS = 64

/** Calls `make` for each item, so many of them a step. */
export function* eachOf<Item, Result>(
  items: readonly Item[],
  make: (item: Item) => Result,
  atOnce = 1,
): Steps<Result[]> {
  const made: Result[] = []
  for (const item of items) {
    made.push(make(item))
    if (made.length % atOnce === 0) yield
  }
  return made
}

/** Does all steps in one go. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

/**
 * Does the steps slice by slice, for a caller that has slices of its own.
 * @param slices the slices of a `Turn` (`platform/turns.ts`)
 */
export async function inSlices<Result>(
  steps: Steps<Result>,
  slices: { isOver(): boolean; next(): Promise<void> },
): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
    if (slices.isOver()) await slices.next()
  }
}

/**
 * The work of all requests may take so long of one turn of the event loop. That is long enough that
 * events read in one turn share one durable write; with four times as long, a good sender's
 * deliveries wait five times as long beside hostile senders (measured in the soak test).
 */
const TURN_MS = 5

let turnBegan = 0
let isTurnKnown = false
/**
 * New work has just come and is short as a rule; the other list has work that has had a turn
 * already.
 */
const fresh: (() => void)[] = []
const long: (() => void)[] = []
let isLongNext = false

/**
 * Does the steps without making others wait: whenever this turn's time is used up, they go on in a
 * later one. New work goes before work that has had a turn, so that a small request need not wait
 * for all large ones; but only every other time, so that large ones get on as well.
 */
export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  if (fresh.length > 0 || isOver()) await turnAmong(fresh)
  try {
    for (;;) {
      const { done, value } = steps.next()
      if (done === true) return value
      if (isOver()) await turnAmong(long)
    }
  } finally {
    if (!isOver()) nextWaiting()?.()
  }
}

/** Does one piece of work, when its turn has come. */
export function inTurn<Result>(work: () => Result): Promise<Result> {
  return inTurns(eachOf([undefined], work)).then(([result]) => result!)
}

function isOver(): boolean {
  if (!isTurnKnown) beginTurn()
  return performance.now() - turnBegan > TURN_MS
}

function beginTurn() {
  isTurnKnown = true
  turnBegan = performance.now()
  setImmediate(endTurn)
}

/** Ends a turn: the next waiting work goes on, and others after it while the new turn has time. */
function endTurn() {
  isTurnKnown = false
  const next = nextWaiting()
  if (next === undefined) return
  beginTurn()
  next()
}

function nextWaiting(): (() => void) | undefined {
  const [first, second] = isLongNext ? [long, fresh] : [fresh, long]
  isLongNext = !isLongNext
  return first.shift() ?? second.shift()
}

function turnAmong(waiting: (() => void)[]): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    if (!isTurnKnown) beginTurn()
  })
}
