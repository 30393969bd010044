import { type Line, line } from './bill'

/** Somebody asks for metrics so many times, each time about all of these events. */
export interface QuestionLoad {
  events: number
  questions: number
}

// Athena reads by columns: when and what, who, course and source, which are 11 bytes of an event in the
// settled lake; and the ids and arrivals of what has landed since, by which it leaves out copies.
const BYTES_READ = 30
const BYTES_IN_TB = 1e12

/**
 * Computes what metrics cost on AWS, in US dollars. They are asked of the lake when somebody asks: nothing is
 * counted as events arrive, so that those cost no more than without.
 */
export function questionsBillOf({ events, questions }: QuestionLoad): Line[] {
  if (questions === 0) return []
  return [line('metrics', 'athenaScan', (events * questions * BYTES_READ) / BYTES_IN_TB)]
}
