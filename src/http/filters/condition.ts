import type { Condition as EventCondition } from '../../event/condition'
import { conditionExample, conditionSchemaAt } from '../../event/conditions/schema'
import { z } from '../zod'

const NAME = 'Condition'

/** The component of the document: what is sent is read by `readCondition`, which says more. */
export const Condition = z.unknown().openapi(NAME, {
  ...conditionSchemaAt(`#/components/schemas/${NAME}`),
  example: conditionExample,
} as object) as unknown as z.ZodType<EventCondition>
