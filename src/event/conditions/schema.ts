import {
  MAX_CONDITION_BYTES,
  MAX_CONDITION_DEPTH,
  MAX_CONDITION_PARTS,
  MAX_CONDITION_VALUES,
  MAX_ITEM_PARTS,
  MAX_PATH_LENGTH,
} from './limits'

const scalar = { type: ['string', 'number', 'boolean', 'null'] }

const path = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_PATH_LENGTH,
  description:
    'A field of the record (`actorId`, or `actor_id` as the lake has it), names with dots into the item as it was sent (`payload.score`), or a JSON Pointer into that (`/object/id`, RFC 6901)',
}

const leaf = (
  operators: Record<string, object>,
  more: object = { required: ['path', ...Object.keys(operators)] },
) => ({
  type: 'object',
  properties: { path, ...operators },
  ...more,
  additionalProperties: false,
})

const bounds = (bound: object, description: string) =>
  leaf(
    { gt: bound, gte: bound, lt: bound, lte: bound },
    { required: ['path'], minProperties: 2, description },
  )

const group = (name: string, value: object) => ({
  type: 'object',
  properties: { [name]: value },
  required: [name],
  additionalProperties: false,
})

/**
 * Writes the schemas of the conditions that hold others.
 * @param self where the schema of a condition stands, as a `$ref`
 */
export function groupSchemasAt(self: string) {
  const condition = { $ref: self }
  const conditions = { type: 'array', items: condition, maxItems: MAX_CONDITION_VALUES }
  return {
    all: group('all', { ...conditions, description: 'All of these hold; of none, it holds' }),
    any: group('any', { ...conditions, description: 'One of these holds; of none, it does not' }),
    not: group('not', condition),
  }
}

/**
 * Writes the JSON Schema (2020-12) of a condition. What it cannot say, its description says.
 * @param groups the schemas of conditions that hold others, or where these stand
 */
export function conditionSchemaWith(groups: Record<'all' | 'any' | 'not', object>) {
  return {
    description: `A condition on an event: at most ${MAX_CONDITION_BYTES} bytes as JSON, ${MAX_CONDITION_DEPTH} deep, of ${MAX_CONDITION_PARTS} parts in all, of which ${MAX_ITEM_PARTS} lead into the item`,
    anyOf: [
      leaf({ equals: { ...scalar, description: 'It is this value' } }),
      leaf({
        in: {
          type: 'array',
          items: scalar,
          maxItems: MAX_CONDITION_VALUES,
          description: 'It is one of these',
        },
      }),
      leaf({ prefix: { type: 'string', description: 'It is a text that begins so' } }),
      leaf({ exists: { type: 'boolean', description: 'Something is there, or nothing is' } }),
      bounds({ type: 'number' }, 'It is a number within these bounds'),
      bounds({ type: 'string' }, 'It is a text, or a time (ISO 8601), within these bounds'),
      groups.all,
      groups.any,
      groups.not,
    ],
  }
}

/** The schema as it is published by itself. */
export const conditionSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Condition',
  ...conditionSchemaWith(groupSchemasAt('#')),
}

export const conditionExample = {
  all: [
    { path: 'type', in: ['quiz_completed', 'GradeEvent'] },
    { path: 'groupId', equals: 'https://example.edu/courses/7/sections/1' },
    { path: 'payload.score', lt: 0.5 },
  ],
}
