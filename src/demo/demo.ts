import { type Happening, happeningsOf } from './happenings'
import { createSchool, type Plan, type School } from './school'
import { canvas } from './senders/canvas'
import { game } from './senders/game'
import { h5p } from './senders/h5p'
import { labSensor } from './senders/lab-sensor'
import { moodle } from './senders/moodle'
import { openEdx } from './senders/open-edx'
import { quizTool } from './senders/quiz-tool'
import type { DemoRequest, Sender } from './senders/sender'

/** The systems of the school, in the order in which they are told of. */
export const senders: readonly Sender[] = [canvas, moodle, openEdx, quizTool, h5p, game, labSensor]

// The sensor broke when the days were half over.
const BROKEN_FROM = 0.5

/** This is a system's share of one day of the plan. */
export interface SentDay {
  day: number
  sender: Sender
  requests: DemoRequest[]
}

/**
 * Lists what all systems of the school send, day after day: the same for the same plan, but for when
 * an envelope says that it was sent.
 */
export function* demoDays(plan: Plan): Generator<SentDay> {
  const school = createSchool(plan)
  for (let day = 0; day < plan.days; day++) {
    for (const sender of senders) {
      const documents = happeningsIn(school, sender, day).flatMap((one) => sender.write(one))
      const requests: DemoRequest[] = []
      for (let at = 0; at < documents.length; at += sender.perRequest) {
        requests.push(sender.request(documents.slice(at, at + sender.perRequest)))
      }
      yield { day, sender, requests }
    }
  }
}

function happeningsIn(school: School, sender: Sender, day: number): Happening[] {
  if (sender === labSensor) {
    const isBroken = day >= Math.floor(school.days * BROKEN_FROM)
    return isBroken ? happeningsOf(school, school.courses[0]!, day) : []
  }
  return school.courses
    .filter(({ system }) => system === sender.name)
    .flatMap((course) => happeningsOf(school, course, day))
}
