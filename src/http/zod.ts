import { z } from 'zod'

/**
 * Zod with `.openapi()`, by which a schema says for the OpenAPI document what it cannot say otherwise.
 * A server does nothing with that: `openapi/build.ts` makes the document, and loads the generator, whose
 * own `.openapi()` remembers, before it loads the schemas.
 */
const schemas: { openapi?: unknown } = z.ZodType.prototype

schemas.openapi ??= function forget(this: z.ZodType) {
  return this
}

export { z }
