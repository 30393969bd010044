import { z } from 'zod'
import { isIdentifier } from '../src/standards/caliper/check/values'
import { type Model, modelOf, subtypesOf } from '../src/standards/caliper/model/model'
import type { Property } from '../src/standards/caliper/model/properties'
import type { Range } from '../src/standards/caliper/model/shape'
import { vocabularies } from '../src/standards/caliper/model/vocabularies'
import { isDuration } from '../src/syntax/duration'
import { isUtcMillis } from '../src/syntax/timestamp'
import { isRandomUuidUrn } from '../src/syntax/uuid'

// This is the model of Caliper 1.2 in Zod, to measure against: it has the same tables, the same
// tests of values, and a discriminated union wherever an entity may stand.
const model: Model = modelOf('1.2')
const identifier = z.string().refine(isIdentifier)
const values: Record<string, z.ZodType> = {
  string: z.string().min(1),
  boolean: z.boolean(),
  integer: z.int(),
  nonNegativeInteger: z.int().min(0),
  decimal: z.number(),
  DateTime: z.string().refine(isUtcMillis),
  Duration: z.string().refine(isDuration),
  Object: z.looseObject({}),
  IRI: identifier,
  UUID: z.string().refine(isRandomUuidUrn),
}

const entities = new Map<string, z.ZodObject>()
const unions = new Map<string, z.ZodType>()

for (const [type, { properties }] of model.entities) entities.set(type, objectOf(type, properties))
for (const [type, properties] of model.parts) entities.set(type, objectOf(type, properties))

/** The schema takes an event of any type, as a discriminated union. */
export const zodEvent = oneOf(
  [...model.events].map(([type, { properties, actions }]) =>
    objectOf(type, properties, { action: z.enum([...actions]) }),
  ),
)

function oneOf(options: z.ZodObject[]) {
  return z.discriminatedUnion('type', options as [z.ZodObject, ...z.ZodObject[]])
}

function objectOf(
  type: string,
  properties: ReadonlyMap<string, Property>,
  own: Record<string, z.ZodType> = {},
): z.ZodObject {
  const shape: Record<string, z.ZodType> = { '@context': z.unknown().optional() }
  for (const [name, { shape: has }] of properties) {
    // Entities hold entities, so their schemas are looked up when needed.
    const one = has.range.kind === 'Entity' ? z.lazy(() => typeOf(has.range)) : typeOf(has.range)
    const whole = has.isArray ? z.array(one) : one
    shape[name] = has.need === 'required' ? whole : whole.nullish()
  }
  return z.strictObject({ ...shape, ...own, type: z.literal(type) })
}

function typeOf(range: Range): z.ZodType {
  if (range.kind === 'Entity') return unionOf(range.types)
  if (range.kind === 'Term') return z.enum([...vocabularies[range.vocabulary]])
  return values[range.kind] ?? z.string()
}

function unionOf(types: readonly string[]): z.ZodType {
  const key = types.join()
  const known = unions.get(key)
  if (known !== undefined) return known
  const names = types.some((type) => model.parts.has(type)) ? types : subtypesOf(model, types)
  const union = z.union([identifier, oneOf([...names].map((type) => entities.get(type)!))])
  unions.set(key, union)
  return union
}
