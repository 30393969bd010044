import type { StatePlace } from './kept/state-document'

/** A state that readers are shown. */
export interface ShownState {
  reducer: string
  version: number
  /** Whose it is, by the scope of the reducer: `learner`, and `of` for the field's value; `source`; `group`. */
  learner?: string | undefined
  of?: string | undefined
  source?: string | undefined
  group?: string | undefined
  state: unknown
  /** So many events are in it. */
  events: number
  /** So many were left out, since the reducer failed on them. */
  skipped: number
  /** The time of arrival of the latest of them, ISO 8601 UTC. */
  through: string
  updatedAt: string
  /** Its events were in these courses and groups; `{}` stands for those that name neither. */
  places: readonly StatePlace[]
  /** If true, there were more places than are listed. */
  morePlaces?: true | undefined
}

/** A page of states, and where the next begins. */
export interface StatesPage {
  states: ShownState[]
  nextCursor?: string | undefined
}

/** The states that reducers have come to. Each method throws `StorageError`. */
export interface ReducerStates {
  /** Lists the states of a learner by one reducer: one, or one for each value of its field (at most 1,000). */
  ofLearner(tenantId: string, reducer: string, learner: string): Promise<ShownState[]>
  /** Lists those of several learners, in their order. */
  ofLearners(tenantId: string, reducer: string, learners: readonly string[]): Promise<ShownState[]>
  /** Reads the state of a source or a group. */
  ofOther(
    tenantId: string,
    reducer: string,
    scope: { source: string } | { group: string },
  ): Promise<ShownState | undefined>
  /**
   * Lists all states of a reducer, by their keys. A page may be short, even empty.
   * @throws {AppError} `invalid_cursor`
   */
  page(
    tenantId: string,
    reducer: string,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<StatesPage>
  /** Lists learners with a state whose events name this course or group, by what was noted when they did. */
  learnersIn(
    tenantId: string,
    groupOrCourse: string,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ learners: string[]; nextCursor?: string | undefined }>
}
