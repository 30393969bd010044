export { type ConditionIndex, createConditionIndex } from './condition-index'
export { conditionOf, type FiltersRead, type PipelineFilters, readFilter } from './filters'
export { type Matches, matcherOf } from './match'
export {
  type ConditionRead,
  MAX_CONDITION_BYTES,
  MAX_CONDITION_DEPTH,
  MAX_CONDITION_PARTS,
  readCondition,
  readConditionText,
} from './read'
export { MAX_CONDITION_VALUES } from './read-leaf'
export { type Subject, subjectOf } from './subject'
export { mayWantEntities, wantedBy } from './wanted'
