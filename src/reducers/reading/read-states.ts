import { AppError } from '../../error/app-error'
import { comparableId, spellingsOf } from '../../event/person-id'
import type { Viewer } from '../../identity/viewer'
import type { TokenSigner } from '../../platform/token-signer'
import type { ReducerStates, ShownState } from '../states'
import type { DeclaredReducer } from './declared'
import type { Enrolments } from './enrolled'
import { type Figures, figuresOf } from './figures'
import { isOwn, mayBeShown } from './seen'

interface Needs {
  states: ReducerStates
  enrolments: Enrolments
  /** Signs the cursors of pages. */
  tokens: () => Promise<TokenSigner>
}

/** States of everybody, of a group, of one learner, or of a source. */
export interface AskedStates {
  group?: string | undefined
  learner?: string | undefined
  source?: string | undefined
}

export interface PageAsked extends AskedStates {
  /** Learners, 1 to 1000. */
  limit: number
  cursor?: string | undefined
}

export interface ReadStates {
  states: ShownState[]
  nextCursor?: string | undefined
}

// A learner has some hundred states by document at most: a page ends behind the learner with whom it has so much.
const MAX_PAGE_BYTES = 1024 * 1024
// On AWS a read takes some milliseconds, and so many are under way at once.
const AT_ONCE = 32
// A class has thirty, a lecture a thousand; the rest of a larger group is not followed nor read.
export const MOST_LEARNERS = 5_000
const PAGE_OF_ALL = 100
const PAGE_OF_SEEN = 1000

/** Makes what reads states for somebody: what they may not see is as if it were not there. */
export function createStateReading({ states: kept, enrolments, tokens }: Needs) {
  /** Lists the states of one learner, whichever of their ids events had. */
  async function ofLearner(viewer: Viewer, reducer: string, ids: readonly string[]) {
    const { tenantId, visibility } = viewer
    const names = [...new Set(ids.map(comparableId))]
    const own = visibility.kind === 'some' && names.some((id) => isOwn(visibility, id))
    // Somebody's own are also those under the pseudonyms that a policy put in their place.
    const all = own ? [...new Set([...names, ...visibility.actorIds.map(comparableId)])] : names
    const found = await Promise.all(all.map((id) => kept.ofLearner(tenantId, reducer, id)))
    return shownOf(viewer, found.flat())
  }

  async function shownOf(viewer: Viewer, states: readonly ShownState[]): Promise<ShownState[]> {
    const { tenantId, visibility } = viewer
    const groups = visibility.kind === 'some' ? visibility.groups : []
    const isEnrolled = (learner: string) => enrolments.isIn(tenantId, groups, learner)
    const may = await Promise.all(states.map((one) => mayBeShown(visibility, one, isEnrolled)))
    return states.filter((_, at) => may[at])
  }

  /** Lists the learners of a group, each by their ids: who is enrolled, and whose events named it. */
  async function learnersOf(tenantId: string, group: string): Promise<(readonly string[])[]> {
    const [enrolled, seen] = await Promise.all([
      enrolments.learnersOf(tenantId, group),
      seenIn(tenantId, group),
    ])
    const known = new Set(enrolled.flat().map(comparableId))
    const others = seen.filter((id) => !known.has(comparableId(id))).map((id) => [id])
    return [...enrolled, ...others].toSorted(byFirst).slice(0, MOST_LEARNERS)
  }

  /** Lists whose events named a course or group. */
  async function seenIn(tenantId: string, group: string): Promise<string[]> {
    const all: string[] = []
    let cursor: string | undefined
    do {
      const page = await kept.learnersIn(tenantId, group, { limit: PAGE_OF_SEEN, cursor })
      all.push(...page.learners)
      cursor = page.nextCursor
    } while (cursor !== undefined && all.length < MOST_LEARNERS)
    return all
  }

  /** Lists whom somebody may be shown states of, each by their ids; undefined where that is everybody. */
  async function learnersFor(viewer: Viewer, { group, learner }: AskedStates) {
    const { tenantId, visibility } = viewer
    if (learner !== undefined) {
      const own = visibility.kind === 'some' && isOwn(visibility, learner)
      return [[...spellingsOf(learner), ...(own ? visibility.actorIds : [])]]
    }
    if (group !== undefined) return learnersOf(tenantId, group)
    if (visibility.kind !== 'some') return undefined
    const { groups, actorIds } = visibility
    const all: (readonly string[])[] = actorIds.length === 0 ? [] : [actorIds]
    for (const one of groups) {
      all.push(...(await learnersOf(tenantId, one)))
      if (all.length >= MOST_LEARNERS) break
    }
    const byName = new Map(all.map((ids) => [comparableId(ids[0]!), ids]))
    return [...byName.values()].toSorted(byFirst).slice(0, MOST_LEARNERS)
  }

  /** @throws {AppError} `invalid_request` where a reducer has no such states */
  function requireScope({ scope, name }: DeclaredReducer, asked: AskedStates) {
    const isOfLearners = scope === 'learner' || typeof scope === 'object'
    const wrong = (param: string, message: string) =>
      new AppError('invalid_request', `${param}: ${message}.`, {
        errors: [{ path: [param], message, code: 'invalid_value' }],
      })
    if (isOfLearners && asked.source !== undefined) {
      throw wrong('source', `${name} has a state for each learner, and none for a source`)
    }
    if (isOfLearners) return
    if (asked.learner !== undefined) {
      throw wrong('learner', `${name} has a state for each ${scope}, and none for a learner`)
    }
    const other = scope === 'source' ? 'source' : 'group'
    if (asked[other] === undefined) {
      throw wrong(other, `Required: ${name} has a state for each ${other}`)
    }
  }

  async function ofOther(viewer: Viewer, reducer: string, { group, source }: AskedStates) {
    const scope = source === undefined ? { group: group! } : { source }
    const state = await kept.ofOther(viewer.tenantId, reducer, scope)
    return shownOf(viewer, state === undefined ? [] : [state])
  }

  async function page(
    viewer: Viewer,
    declared: DeclaredReducer,
    asked: PageAsked,
  ): Promise<ReadStates> {
    const { scope, name } = declared
    requireScope(declared, asked)
    if (scope === 'source' || scope === 'group') {
      return { states: await ofOther(viewer, name, asked) }
    }
    const { group, learner, limit, cursor } = asked
    const signer = await tokens()
    const question = JSON.stringify(['states', viewer.tenantId, name, group, learner])
    const nextOf = (place: string) => ({ nextCursor: signer.issue(place, question) })

    const learners = await learnersFor(viewer, asked)
    if (learners === undefined) {
      return kept.page(viewer.tenantId, name, { limit: Math.min(limit, PAGE_OF_ALL), cursor })
    }
    const after = cursor === undefined ? undefined : signer.read<string>(cursor, question)
    const begin = after === undefined ? 0 : learners.findIndex((ids) => ids[0]! > after)
    const left = begin < 0 ? [] : learners.slice(begin, begin + limit)
    const states: ShownState[] = []
    let bytes = 0
    let done = 0
    while (done < left.length && bytes < MAX_PAGE_BYTES) {
      const some = left.slice(done, done + AT_ONCE)
      const found = await Promise.all(some.map((ids) => ofLearner(viewer, name, ids)))
      for (const state of found.flat()) {
        states.push(state)
        bytes += JSON.stringify(state).length
      }
      done += some.length
    }
    const isAll = begin < 0 || begin + done >= learners.length
    return { states, ...(!isAll && nextOf(left[done - 1]![0]!)) }
  }

  return {
    page,
    learnersFor,
    ofLearner,
    ofOther,
    requireScope,

    /** Adds up the states of a group, or of all learners, for whoever may not see people. */
    async figures(
      viewer: Viewer,
      declared: DeclaredReducer,
      asked: AskedStates,
    ): Promise<Figures & { truncated: boolean }> {
      requireScope(declared, asked)
      const { scope } = declared
      if (scope === 'source' || scope === 'group' || asked.learner !== undefined) {
        throw new AppError(
          'forbidden',
          'This key is for aggregates only, and a state names people.',
        )
      }
      const states: ShownState[] = []
      let cursor: string | undefined
      do {
        // Their own key sees all of the tenant or of their groups; what is added up is what they may see.
        const read = await page(viewer, declared, { ...asked, limit: AT_ONCE * 4, cursor })
        states.push(...read.states)
        cursor = read.nextCursor
      } while (cursor !== undefined && states.length < MOST_LEARNERS)
      return { ...figuresOf(states), truncated: cursor !== undefined }
    },
  }
}

export type StateReading = ReturnType<typeof createStateReading>

const byFirst = ([a]: readonly string[], [b]: readonly string[]) => (a! < b! ? -1 : 1)
