import type { Clock } from '../platform/clock'
import type { Keys } from '../platform/registry/keys'
import { type Authenticate, authenticateWith } from './credentials'
import { createKeyring, type Keyring } from './keys/keyring'
import { type IsCurrent, recheckWith } from './recheck'
import { rememberKeySets } from './signatures/key-sets'
import { readIssuerKeys } from './tokens/issuer-keys'
import type { VerifyToken } from './tokens/token-form'

/** Everything that says who somebody is, over one memory of keys. */
export interface Identity {
  authenticate: Authenticate
  keyring: Keyring
  isCurrent: IsCurrent
}

interface Needs {
  registry: { keys: Pick<Keys, 'findByHash'> }
  clock: Clock
  /** The issuer whose tokens are taken. Left out, keys alone are. */
  tokens?: TokenIssuer | undefined
}

interface TokenIssuer {
  /** The issuer's name, as in the claim `iss`. */
  issuer: string
  /** The issuer's name for us: in `aud`, or before the slash of a scope. */
  audience: string
  /** Reads the issuer's configuration and keys. */
  get(url: string): Promise<string>
}

/** Recognises keys, and tokens where an issuer is set. */
export function createIdentity({ registry, clock, tokens }: Needs): Identity {
  const keyring = createKeyring({ registry, clock })
  const verifyToken = tokens && verifyLazily(tokens, keyring, clock)
  return {
    authenticate: authenticateWith({ keyring, verifyToken }),
    keyring,
    isCurrent: recheckWith({ keyring, clock }),
  }
}

/** The library is loaded with the first token: most deployments see none. */
function verifyLazily(
  { issuer, audience, get }: TokenIssuer,
  keyring: Keyring,
  clock: Clock,
): VerifyToken {
  const keySets = rememberKeySets({ get: readIssuerKeys(get), clock })
  let verifying: Promise<VerifyToken> | undefined

  return async function verifyToken(token) {
    verifying ??= import('./tokens/token').then(({ verifyTokensWith }) =>
      verifyTokensWith({ issuer, audience, keySets, keyring }),
    )
    return (await verifying)(token)
  }
}
