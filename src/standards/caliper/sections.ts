/** Caliper has these versions, and senders still emit all of them. */
export type CaliperVersion = '1.0' | '1.1' | '1.2'

/** Sections of the specification of one version, as issues name them. */
export function sectionsOf(version: CaliperVersion) {
  const text = `Caliper ${version}`
  return {
    event: `${text}, 2.1 Event`,
    entity: `${text}, 2.2 Entity`,
    profiles: `${text}, 3 Profiles`,
    context: `${text}, 4.1 JSON-LD Context`,
    identifiers: `${text}, 4.2 Identifiers`,
    types: `${text}, 4.3 Types and Type Coercion`,
    envelope: `${text}, 5.2 Envelope`,
    responses: `${text}, 6.1 HTTP Responses`,
    changes: `${text}, appendix Change Log`,
    actions: `${text}, appendix Actions`,
    eventType: (type: string) => `${text}, appendix Events, ${type}`,
    entityType: (type: string) => `${text}, appendix Entities, ${type}`,
    vocabulary: (name: string) => `${text}, appendix ${vocabularyTitles[name] ?? name}`,
  }
}

export type Sections = ReturnType<typeof sectionsOf>

const vocabularyTitles: Record<string, string> = {
  Role: 'LIS Roles',
  Status: 'LIS Statuses',
  Metric: 'Use Metrics',
  IdentifierType: 'System Identifier Types',
  MessageType: 'LTI Message Types',
}

/** These sections of 1.2 serve the checks before the version of an item is known. */
export const spec = sectionsOf('1.2')
