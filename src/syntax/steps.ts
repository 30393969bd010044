/** Work in steps of a millisecond or so, between which whoever does it may turn to something else. */
export type Steps<Result> = Generator<undefined, Result, undefined>

/** `make` of each, one a step. */
export function* eachOf<Item, Result>(
  items: readonly Item[],
  make: (item: Item) => Result,
): Steps<Result[]> {
  const made: Result[] = []
  for (const item of items) {
    made.push(make(item))
    yield
  }
  return made
}

/** Does it in one go. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

/**
 * Does it slice by slice, for whoever has slices of its own.
 * @param slices as a `Turn` has them (`platform/turns.ts`)
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
 * How long the work of all requests may keep one turn of the event loop. Long enough that what is read
 * in it shares one durable write; four times as long, and beside hostile senders a good one's deliveries
 * wait five times as long (the soak).
 */
const TURN_MS = 5

let turnBegan = 0
let isTurnKnown = false
/** What has just come, which is short as a rule, and what has had a turn already. */
const fresh: (() => void)[] = []
const long: (() => void)[] = []
let isLongNext = false

/**
 * Does it without keeping anybody else waiting: whenever this turn's time is used up, in a later one.
 * What has just come goes before what has had a turn, so that a small request need not wait for all
 * large ones; but only every other time, so that these get on as well.
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

/** Whoever is next goes on; the others after it, while there is time in this turn. */
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
