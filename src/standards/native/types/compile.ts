import type { Issue } from '../../../error/issue'
import type { EventType, MappedField, TypeInForce } from '../../../event/event-type'
import { type Check, compileSchema } from './compile-schema'
import { createMapping } from './mapping'

/**
 * Compiles a type; its schemas with the first event of it.
 * @param trusted as `compileSchema` has it
 */
export function compileType(type: EventType, { trusted }: { trusted: boolean }): TypeInForce {
  const checks = [later(type.schema, trusted), later(type.envelope, trusted)] as const
  const spec = `event type ${type.name}`
  const mapped = createMapping(type.mapping)

  return {
    type,
    mapped: mapped as (members: Record<string, unknown>) => Partial<Record<MappedField, unknown>>,
    check(members, payload, path) {
      const [ofPayload, ofEnvelope] = checks
      // An event without a payload has an empty one: what is required of it is missing.
      const inPayload = ofPayload?.(members[payload] ?? {}) ?? []
      const inEnvelope = ofEnvelope?.(members) ?? []
      return [
        ...inPayload.map((issue) => at([...path, payload], issue, spec)),
        ...inEnvelope.map((issue) => at(path, issue, spec)),
      ]
    },
  }
}

/** @throws {AppError} `invalid_request`, when a schema of the type is none */
export function compileNow(type: EventType, { trusted }: { trusted: boolean }): TypeInForce {
  for (const schema of [type.schema, type.envelope]) {
    if (schema !== undefined) compileSchema(schema, { trusted })
  }
  return compileType(type, { trusted })
}

function later(schema: object | undefined, trusted: boolean): Check | undefined {
  if (schema === undefined) return undefined
  let check: Check | undefined
  return (value) => {
    check ??= compileSchema(schema, { trusted })
    return check(value)
  }
}

function at(path: Issue['path'], issue: Issue, spec: string): Issue {
  return { ...issue, path: [...path, ...issue.path], spec }
}
