import { comparableId } from '../../event/person-id'
import type { Clock } from '../../platform/clock'
import type { Rosters } from '../../rosters/rosters'
import { isDuring } from '../../rosters/term'

/** A person who is enrolled in a group as a learner, by every id that their roster has of them. */
export type Enrolled = readonly string[]

interface Known {
  learners: Promise<readonly Enrolled[]>
  /** So many learners are counted for it. */
  count: number
  until: number
}

interface Needs {
  rosters: Pick<Rosters, 'group'>
  clock: Pick<Clock, 'now' | 'monotonic'>
}

// A dashboard asks again each second or so, and an enrolment that ended shows within a minute.
const KNOWN_MS = 60_000
// A teacher-admin of a large university has some thousand groups, of thirty people each: some megabytes.
const MOST_KNOWN = 2_000
const MOST_LEARNERS = 100_000
const AT_ONCE = 32

/** Makes what knows who is enrolled in groups as a learner, by their rosters. */
export function createEnrolments({ rosters, clock }: Needs) {
  const known = new Map<string, Known>()
  let held = 0

  function forget(name: string) {
    held -= known.get(name)?.count ?? 0
    known.delete(name)
  }

  async function read(tenantId: string, group: string): Promise<readonly Enrolled[]> {
    const found = await rosters.group(tenantId, group)
    const now = clock.now()
    return (found?.members ?? []).flatMap(({ ids, role, ...term }) =>
      role === 'student' && isDuring(term, now) ? [ids] : [],
    )
  }

  function learnersOf(tenantId: string, group: string): Promise<readonly Enrolled[]> {
    const name = JSON.stringify([tenantId, group])
    const before = known.get(name)
    if (before !== undefined && before.until > clock.monotonic()) return before.learners
    forget(name)
    const one: Known = {
      learners: read(tenantId, group),
      ...{ count: 0, until: clock.monotonic() + KNOWN_MS },
    }
    known.set(name, one)
    one.learners.then(
      (learners) => {
        if (known.get(name) !== one) return
        one.count = learners.length
        held += one.count
        while (held > MOST_LEARNERS || known.size > MOST_KNOWN) forget(known.keys().next().value!)
      },
      () => {
        if (known.get(name) === one) forget(name)
      },
    )
    return one.learners
  }

  return {
    learnersOf,

    /** Tells whether somebody is enrolled in one of these groups. */
    async isIn(tenantId: string, groups: readonly string[], learner: string): Promise<boolean> {
      const wanted = comparableId(learner)
      const has = (ids: Enrolled) => ids.some((one) => comparableId(one) === wanted)
      for (let at = 0; at < groups.length; at += AT_ONCE) {
        const some = groups.slice(at, at + AT_ONCE)
        const all = await Promise.all(some.map((group) => learnersOf(tenantId, group)))
        if (all.flat().some(has)) return true
      }
      return false
    },
  }
}

export type Enrolments = ReturnType<typeof createEnrolments>
