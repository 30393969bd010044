import { caliperFacts } from './caliper/facts'
import { nativeFacts } from './native/facts'
import type { LoadsPersonal, MembershipIn, Standard, StandardFacts } from './standard'
import { xapiFacts } from './xapi/facts'

/** A standard on the list: what reads it is large, and loaded by whoever needs it. */
export interface ListedStandard extends StandardFacts, LoadsPersonal {
  load(): Promise<Standard>
  /** Loads what reads memberships in its items. Left out, it has none. */
  loadMembershipIn?(): Promise<MembershipIn>
}

/** Every standard that can be read here. */
export const standards: readonly ListedStandard[] = [
  {
    ...caliperFacts,
    load: async () => (await import('./caliper/standard')).caliper,
    loadPersonal: async () => (await import('./caliper/personal')).personal,
    loadWords: async () => (await import('./caliper/words')).words,
    loadMembershipIn: async () => (await import('./caliper/told')).membershipIn,
  },
  {
    ...nativeFacts,
    load: async () => (await import('./native/standard')).native,
    loadPersonal: async () => (await import('./native/personal')).personal,
  },
  {
    ...xapiFacts,
    load: async () => (await import('./xapi/standard')).xapi,
    loadPersonal: async () => (await import('./xapi/personal')).personal,
    loadWords: async () => (await import('./xapi/words')).words,
  },
]

/** @returns undefined for a standard of which a record may be, but that is not read here */
export function standardNamed(name: string): ListedStandard | undefined {
  return standards.find((one) => one.name === name)
}
