import { blackboard } from './blackboard'
import { canvas } from './canvas'
import { canvasRaw, cloudEventsSender, edxLogs, segmentMessages } from './dialects'
import { generic } from './generic'
import { moodle } from './moodle'
import { native } from './native'
import { openEdx } from './open-edx'
import { carnegie, webwork } from './others'
import type { Sender } from './sender'
import { d2l, statements } from './statements'

/** Every sender that has a page in docs/senders, and what its documents say. */
export const senders: readonly Sender[] = [
  canvas,
  blackboard,
  moodle,
  openEdx,
  d2l,
  webwork,
  carnegie,
  generic,
  statements,
  native,
  canvasRaw,
  edxLogs,
  segmentMessages,
  cloudEventsSender,
]
