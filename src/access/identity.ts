import type { Principal } from '../identity/principal'
import type { Clock } from '../platform/clock'
import type { DocumentStore } from '../platform/document-store'
import type { Keys } from '../platform/registry/keys'
import { type Authenticate, authenticateWith } from './credentials'
import { createKeyring, type Keyring } from './keys/keyring'
import type { VerifyPerson } from './people/verify-person'
import { type IsCurrent, recheckWith } from './recheck'
import { rememberKeySets } from './signatures/key-sets'
import { readIssuerKeys } from './tokens/issuer-keys'
import type { VerifyToken } from './tokens/token-form'

/** Everything that says who somebody is, over one memory of keys. */
export interface Identity {
  authenticate: Authenticate
  keyring: Keyring
  isCurrent: IsCurrent
  /** Asks the registry each time, for whoever asks seldom and must know what was revoked just now. */
  isCurrentNow: IsCurrent
}

interface Needs {
  registry: { keys: Pick<Keys, 'findByHash'> }
  clock: Clock
  /** The issuer whose machines' tokens are taken. Left out, none is. */
  tokens?: TokenIssuer | undefined
  /** Tokens of people are taken whose issuers stand here. Left out, none are. */
  people?: PeopleTokens | undefined
}

interface TokenIssuer {
  /** The issuer's name, as in the claim `iss`. */
  issuer: string
  /** The issuer's name for us: in `aud`, or before the slash of a scope. */
  audience: string
  /** Reads the issuer's configuration and keys. */
  get(url: string): Promise<string>
}

interface PeopleTokens {
  documents: Pick<DocumentStore, 'get' | 'put' | 'delete' | 'list'>
  /** Reads the configuration and keys of an issuer that a tenant chose. */
  get(url: string): Promise<string>
}

/** Recognises keys, and tokens where an issuer is set. */
export function createIdentity({ registry, clock, tokens, people }: Needs): Identity {
  const keyring = createKeyring({ registry, clock })
  const verifyMachine = tokens && verifyLazily(tokens, keyring, clock)
  const verifyPerson = people && verifyPeopleLazily(people, clock, tokens)
  return {
    authenticate: authenticateWith({ keyring, verifyToken }),
    keyring,
    isCurrent: recheckWith({ keyring, clock }),
    isCurrentNow: recheckWith({ keyring: createKeyring({ registry, clock, forMs: 0 }), clock }),
  }

  async function verifyToken(token: string): Promise<Principal | undefined> {
    return (await verifyPerson?.(token)) ?? verifyMachine?.(token)
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

function verifyPeopleLazily(
  { documents, get }: PeopleTokens,
  clock: Clock,
  machines: TokenIssuer | undefined,
): VerifyPerson {
  let verifying: Promise<VerifyPerson> | undefined

  async function load(): Promise<VerifyPerson> {
    const [{ createPeopleIssuers }, { verifyPeopleWith }] = await Promise.all([
      import('./people/issuers'),
      import('./people/verify-person'),
    ])
    return verifyPeopleWith({ issuers: createPeopleIssuers({ documents }), get, clock, machines })
  }

  return async function verifyPerson(token) {
    verifying ??= load()
    return (await verifying)(token)
  }
}
