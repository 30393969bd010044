import { KidNotFoundInJwksError } from 'aws-jwt-verify/error'
import type { JwksCache, JwkWithKid } from 'aws-jwt-verify/jwk'
import { AppError } from '../../error/app-error'
import type { PublicJwk } from '../../platform/registry/sources'
import type { KeySets } from '../signatures/key-sets'

/** Remembered key sets in the form that aws-jwt-verify asks for; the issuer stands for its URI. */
export function asJwksCache(keySets: KeySets): JwksCache {
  async function keysOf(issuer: string): Promise<PublicJwk[]> {
    return keySets.at(issuer).catch((cause: Error) => {
      const detail = `Tokens cannot be verified: the keys of ${issuer} cannot be read.`
      throw new AppError('unavailable', detail, { cause })
    })
  }

  function unused(): never {
    throw new Error('keys are only ever asked for by their id')
  }

  return {
    async getJwk(issuer, { header }) {
      const named = ({ kid }: PublicJwk) => kid === header.kid
      const key = (await keysOf(issuer)).find(named) ?? (await again(issuer))?.find(named)
      if (key === undefined) throw new KidNotFoundInJwksError('no such key')
      // The library remembers keys by their id for good: one that its issuer replaced under the same id
      // would go on being believed, and the new one never. Under its own text each is another.
      return { ...key, kid: JSON.stringify(key) } as JwkWithKid
    },
    getCachedJwk: unused,
    addJwks: unused,
    getJwks: unused,
  }

  /** For a key that is newer than what is remembered; whether that can be had, `keysOf` has told. */
  function again(issuer: string): Promise<PublicJwk[] | undefined> {
    return keySets.again(issuer).catch(() => undefined)
  }
}
