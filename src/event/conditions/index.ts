export { requiredBy } from './atoms'
export { type ConditionIndex, createConditionIndex } from './condition-index'
export { costOf } from './cost'
export { fieldNames, nearFields } from './fields'
export {
  asCondition,
  conditionOf,
  type FiltersRead,
  MAX_FILTERS,
  type PipelineFilters,
  readFilters,
} from './filters'
export {
  MAX_CONDITION_BYTES,
  MAX_CONDITION_DEPTH,
  MAX_CONDITION_PARTS,
  MAX_CONDITION_VALUES,
  MAX_ITEM_PARTS,
} from './limits'
export { type Matches, matcherOf } from './match'
export { type ConditionRead, readCondition, readConditionText } from './read'
export { type Subject, subjectOf } from './subject'
export { mayWantEntities, wantedBy, withoutAudit } from './wanted'
