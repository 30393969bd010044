import { filterText } from '../condition-parameter'
import { z } from '../zod'

const id = (description: string) => z.string().min(1).optional().openapi({ description })

/** Events can be found by these fields, beside their times. */
export const filterFields = {
  actorId: id('Who'),
  objectId: id('What'),
  type: id('E.g. `ViewEvent`'),
  sessionId: id("The learner's session"),
  groupId: id('Course, section or group'),
  commonAction: id(
    "The action in Caliper's words, of any standard, e.g. `Viewed`; it has no index, and pages of a rare one are short",
  ),
  organizationId: id('`organization_id` of a native event; it has no index either'),
  kind: z.enum(['event', 'entity', 'all']).optional().openapi({
    description:
      '`entity` finds the entities that were described. Left out: events, and entities where `filter` asks for `kind` or names their type',
  }),
  filter: filterText,
}
