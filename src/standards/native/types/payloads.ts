/** A payload goes by these names; where an event has several, the first is checked. */
export const payloads: readonly string[] = ['payload', 'properties', 'payload_json']
