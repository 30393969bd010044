import type { StandardFacts } from '../standard'

/** xAPI 1.0.3 and 2.0 (IEEE 9274.1.1). */
export const xapiFacts = {
  name: 'xapi',
  mediaTypes: { document: ['application/json'] },
  signedForms: [],
  formAgain: () => 'document',
  idPath: (index) => [index, 'id'],
  idNames: ['id'],
  hasBareUuids: true,
  onRefusal: 'request',
  hasRecordStore: true,
  reply: 'receipt',
} as const satisfies StandardFacts
