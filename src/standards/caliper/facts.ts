import type { StandardFacts } from '../standard'

/** Caliper Analytics of 1EdTech: 1.2, 1.1 and 1.0. */
export const caliperFacts = {
  name: 'caliper',
  mediaTypes: {
    document: ['application/json'],
    // Canvas signs, and does not say which media type it names then: RFC 7519, section 10.3.1, and
    // RFC 7515, section 9.2.1, have one each.
    bare: ['application/json', 'text/plain', 'application/jwt', 'application/jose'],
  },
  signedForms: ['bare'],
  formAgain: () => 'bare',
  idPath: (index) => ['data', index, 'id'],
  // 1.0 writes `@id`.
  idNames: ['id', '@id'],
  // Someone went to a page. A ViewEvent says that content was looked at, which is learning.
  highVolumeTypes: ['NavigationEvent'],
  onRefusal: 'item',
  reply: 'receipt',
} as const satisfies StandardFacts
