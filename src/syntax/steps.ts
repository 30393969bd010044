/** Work in steps of a millisecond or so, between which whoever does it may turn to something else. */
export type Steps<Result> = Generator<undefined, Result, undefined>

/** Does it in one go. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

/**
 * How long the work of all requests may keep one turn of the event loop. Long enough that what is read
 * in it shares one durable write, and a fraction of what anybody notices of a late answer.
 */
const TURN_MS = 20

let turnBegan = 0
let isTurnKnown = false
const waiting: (() => void)[] = []

/** Does it without keeping anybody else waiting: whenever this turn's time is used up, in the next. */
export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  if (waiting.length > 0 || isOver()) await nextTurn()
  try {
    for (;;) {
      const { done, value } = steps.next()
      if (done === true) return value
      if (isOver()) await nextTurn()
    }
  } finally {
    if (waiting.length > 0 && !isOver()) waiting.shift()!()
  }
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

/** Whoever waits longest goes on; the others after it, while there is time in this turn. */
function endTurn() {
  isTurnKnown = false
  const next = waiting.shift()
  if (next === undefined) return
  beginTurn()
  next()
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    if (!isTurnKnown) beginTurn()
  })
}
