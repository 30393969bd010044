/**
 * The vocabularies whose terms the tables name. A term is written as its prefix, a colon and the
 * rest of its IRI.
 */
export const prefixes = {
  adl: 'http://adlnet.gov/expapi/verbs/',
  'adl-type': 'http://adlnet.gov/expapi/activities/',
  cmi5: 'https://w3id.org/xapi/adl/verbs/',
  'cmi5-type': 'https://w3id.org/xapi/cmi5/activitytype/',
  video: 'https://w3id.org/xapi/video/verbs/',
  'video-type': 'https://w3id.org/xapi/video/activity-type/',
  'audio-type': 'https://w3id.org/xapi/audio/activity-type/',
  acrossx: 'https://w3id.org/xapi/acrossx/verbs/',
  'acrossx-type': 'https://w3id.org/xapi/acrossx/activities/',
  // Open edX gives hints this IRI as their activity type.
  'acrossx-ext': 'https://w3id.org/xapi/acrossx/extensions/',
  dod: 'https://w3id.org/xapi/dod-isd/verbs/',
  tincan: 'http://id.tincanapi.com/verb/',
  'tincan-type': 'http://id.tincanapi.com/activitytype/',
  as: 'http://activitystrea.ms/schema/1.0/',
  netc: 'https://w3id.org/xapi/netc/verbs/',
  'caliper-action': 'http://purl.imsglobal.org/caliper/actions/',
  'caliper-type': 'http://purl.imsglobal.org/caliper/',
} as const

/**
 * Writes out a term.
 * @throws {Error} when its prefix is none of the above
 */
export function iriOf(term: string): string {
  const colon = term.indexOf(':')
  const prefix = term.slice(0, colon)
  if (!(prefix in prefixes)) throw new Error(`${term} has no prefix that is known`)
  return prefixes[prefix as keyof typeof prefixes] + term.slice(colon + 1)
}
