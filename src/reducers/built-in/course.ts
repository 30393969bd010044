/** How a number went: points of time (ms since 1970) and number, one for each step (ms) at most. */
export interface Course {
  step: number
  points: [number, number][]
}

/** A line on a page needs no more; 48 steps of 10 s are 8 minutes, and each doubling doubles that. */
const MOST_POINTS = 48

/**
 * Notes a number at a time. Of one step the last counts; when there are too many points, steps become twice as
 * long. What comes late is noted with the last point, since the number is that of now.
 */
export function noted({ step, points }: Course, at: number, number: number): Course {
  const last = points.at(-1)
  const time = last === undefined ? at : Math.max(at, last[0])
  const isSame = last !== undefined && stepOf(time, step) === stepOf(last[0], step)
  const next: Course = {
    step,
    points: [...(isSame ? points.slice(0, -1) : points), [time, number]],
  }
  return thinned(next)
}

function thinned(course: Course): Course {
  let { step, points } = course
  while (points.length > MOST_POINTS) {
    const twice = 2 * step
    points = points.filter((point, at) => {
      const after = points[at + 1]
      return after === undefined || stepOf(after[0], twice) !== stepOf(point[0], twice)
    })
    step = twice
  }
  return { step, points }
}

function stepOf(time: number, step: number): number {
  return Math.floor(time / step)
}
