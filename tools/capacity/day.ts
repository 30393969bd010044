/**
 * The factors give the shape of a school day, relative to its mean rate: quiet nights, teaching
 * from eight to five, an evening of homework, and at each full hour of teaching a class that signs
 * in at once.
 */
const hourly = [
  ...[0.15, 0.1, 0.05, 0.05, 0.05, 0.1, 0.4, 1.2], // 00–07
  ...[2.2, 2.6, 2.7, 2.5, 1.8, 2.4, 2.5, 2.1], // 08–15
  ...[1.4, 0.9, 0.8, 1.1, 1.2, 0.9, 0.5, 0.3], // 16–23
]

const HOUR = 3600
export const DAY = 24 * HOUR

// Thirty people open the same page within three minutes of the bell: they send four times as much
// in that time as while they work. The factor is a guess that errs to the high side; the measured
// peak of a deployment goes here.
export const BELL_SECONDS = 180
export const BELL_FACTOR = 4

const TEACHING = { from: 8, to: 17 }

/** Returns the rate at a second of the day, relative to the mean of the day. */
export function shapeAt(second: number): number {
  return raw(second) / mean
}

function raw(second: number): number {
  const hour = Math.floor(second / HOUR)
  const base = hourly[hour]!
  const isBell = hour >= TEACHING.from && hour < TEACHING.to && second % HOUR < BELL_SECONDS
  return isBell ? base * BELL_FACTOR : base
}

const mean = Array.from({ length: DAY }, (_, second) => raw(second)).reduce((a, b) => a + b) / DAY

/** The factor is the rate of the busiest second of the day, relative to the mean. */
export const peakFactor = Math.max(...Array.from({ length: DAY }, (_, second) => shapeAt(second)))
