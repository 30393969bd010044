import type { Condition as EventCondition } from '../../event/condition'
import { conditionExample, conditionSchemaWith } from '../../event/conditions/schema'
import { z } from '../zod'

const at = (name: string) => ({ $ref: `#/components/schemas/${name}` })

/**
 * The component of the document: what is sent is read by `readCondition`, which says more. Those that
 * hold others are components of their own (`openapi/condition-schemas.ts`), since generators of clients
 * read a union that refers to itself through named schemas only.
 */
export const Condition = z.unknown().openapi('Condition', {
  ...conditionSchemaWith({
    all: at('ConditionAll'),
    any: at('ConditionAny'),
    not: at('ConditionNot'),
  }),
  example: conditionExample,
} as object) as unknown as z.ZodType<EventCondition>
