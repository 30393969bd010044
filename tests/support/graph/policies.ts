import { isAllowed } from '../../../tools/aws-local/iam/policy'
import type { Graph, GraphResource } from '../../../tools/synth/graph'
import { ofType } from './graphs'

export interface Statement {
  Effect: 'Allow' | 'Deny'
  Action: string[]
  Resource: string[]
  Condition?: Record<string, Record<string, string | string[]>>
}

/** Pulumi takes a policy as text or as an object. */
export function documentOf(policy: string | { Statement: unknown[] }) {
  return typeof policy === 'string' ? JSON.parse(policy) : policy
}

/** Every statement of a role, with lists where IAM also takes single values. */
export function statementsOf({ inputs }: GraphResource): Statement[] {
  return (inputs.inlinePolicies as { policy: string }[])
    .flatMap(({ policy }) => documentOf(policy).Statement)
    .map((one) => ({ ...one, Action: [one.Action].flat(), Resource: [one.Resource].flat() }))
}

export function allStatements(graph: Graph): (Statement & { role: string })[] {
  return ofType(graph, 'Role').flatMap((role) =>
    statementsOf(role).map((statement) => ({ ...statement, role: role.name })),
  )
}

/** Whether a role may do it, by the simplest of statements: as it stands, or below a final `*`. */
export function mayDo(role: GraphResource, action: string, resource: string): boolean {
  return statementsOf(role).some(
    ({ Action, Resource }) =>
      Action.includes(action) && Resource.some((pattern) => matches(pattern, resource)),
  )
}

function matches(pattern: string, resource: string): boolean {
  return pattern.endsWith('*') ? resource.startsWith(pattern.slice(0, -1)) : pattern === resource
}

/**
 * Whether a role may do it, conditions and all, as the emulated IAM judges.
 * @param context condition keys that the request has
 */
export function mayDoWith(
  role: GraphResource,
  action: string,
  resource: string,
  context: Record<string, string[]> = {},
): boolean {
  return isAllowed(statementsOf(role), { action, resource, context })
}
