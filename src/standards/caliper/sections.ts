/** Sections of the Caliper 1.2 specification, as findings name them. */
export const spec = {
  event: 'Caliper 1.2, 2.1 Event',
  entity: 'Caliper 1.2, 2.2 Entity',
  profiles: 'Caliper 1.2, 3 Profiles',
  context: 'Caliper 1.2, 4.1 JSON-LD Context',
  identifiers: 'Caliper 1.2, 4.2 Identifiers',
  types: 'Caliper 1.2, 4.3 Types and Type Coercion',
  envelope: 'Caliper 1.2, 5.2 Envelope',
  responses: 'Caliper 1.2, 6.1 HTTP Responses',
} as const
