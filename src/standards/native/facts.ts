import type { StandardFacts } from '../standard'
import { documentTypes, formNamed, lineTypes } from './content-type'

/** Events of an application's own making, without a standard. */
export const nativeFacts = {
  name: 'native',
  mediaTypes: { document: documentTypes, lines: lineTypes },
  signedForms: [],
  // A message has no header, and a document is read as one, too.
  formAgain: (contentType) => formNamed(contentType) ?? 'message',
  idPath: (index) => [index, 'event_id'],
  // `id` where a sender has no `event_id`.
  idNames: ['event_id', 'id'],
  hasTypes: true,
  beginsSession: 'SESSION_CREATED',
  hasDialects: true,
  onRefusal: 'item',
  reply: 'receipt',
} as const satisfies StandardFacts
