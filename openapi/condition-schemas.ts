import type { OpenAPIHono } from '@hono/zod-openapi'
import { groupSchemasAt } from '../src/event/conditions/schema'

type Registry = OpenAPIHono['openAPIRegistry']

/** Puts the conditions that hold others into the document, each under a name of its own. */
export function describeConditions(registry: Registry): void {
  const { all, any, not } = groupSchemasAt('#/components/schemas/Condition')
  registry.registerComponent('schemas', 'ConditionAll', all as object)
  registry.registerComponent('schemas', 'ConditionAny', any as object)
  registry.registerComponent('schemas', 'ConditionNot', not as object)
}
