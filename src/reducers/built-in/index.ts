import type { Reducer } from '../reducer'
import { attempts } from './attempts'
import { currentDocument } from './current-document'
import { edits } from './edits'
import { lastActivity } from './last-activity'
import { mastery } from './mastery'
import { textLength } from './text-length'
import { timeOnTask } from './time-on-task'

/** These come with Nonius, for every tenant: docs/reducers.md says what each of them knows. */
export const builtInReducers: readonly Reducer[] = [
  ofAny(timeOnTask),
  ofAny(edits),
  ofAny(textLength),
  ofAny(lastActivity),
  ofAny(currentDocument),
  ofAny(attempts),
  ofAny(mastery),
]

/** A reducer is only given states that it made, so that whoever runs it need not know their type. */
function ofAny<State>(reducer: Reducer<State>): Reducer {
  return reducer as unknown as Reducer
}
