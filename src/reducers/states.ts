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
  /** The time of arrival of the latest of them, ISO 8601 UTC. */
  through: string
  updatedAt: string
}

/** The states that reducers have come to. */
export interface ReducerStates {
  /** Lists the states of a learner by one reducer: one, or one for each value of its field. */
  ofLearner(tenantId: string, reducer: string, learner: string): Promise<ShownState[]>
  /** Reads the state of a source or a group. */
  ofOther(
    tenantId: string,
    reducer: string,
    scope: { source: string } | { group: string },
  ): Promise<ShownState | undefined>
}
