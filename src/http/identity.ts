import { type Authenticate, authenticateWith } from '../access/authenticate'
import { createKeyring, type Keyring } from '../access/keys/keyring'
import { rememberKeySets } from '../access/signatures/key-sets'
import { readIssuerKeys } from '../access/tokens/issuer-keys'
import type { VerifyToken } from '../access/tokens/token-form'
import { createGet } from '../outbound/get'
import { createGuard } from '../outbound/guard'
import type { ServingPlatform } from '../platform/platform'
import type { AppOptions } from './context'

/** Who may be at the other end: by key, and by token where an issuer is set. */
export function identityOf(
  { registry }: Pick<ServingPlatform, 'registry'>,
  { config, clock, get = getFromIssuer() }: AppOptions,
): { authenticate: Authenticate; keyring: Keyring } {
  const keyring = createKeyring({ registry, clock })
  const { oidcIssuer: issuer, oidcAudience: audience } = config
  if (issuer === undefined) return { authenticate: authenticateWith({ keyring }), keyring }
  const keySets = rememberKeySets({ get: readIssuerKeys(get), clock })
  // Loaded with the first token: most deployments see none.
  let verifying: Promise<VerifyToken> | undefined
  async function verifyToken(token: string) {
    verifying ??= import('../access/tokens/token').then(({ verifyTokensWith }) =>
      verifyTokensWith({ issuer: issuer!, audience, keySets, keyring }),
    )
    return (await verifying)(token)
  }
  return { authenticate: authenticateWith({ keyring, verifyToken }), keyring }
}

/** The operator chose the issuer, who may well stand in the same private network. */
function getFromIssuer() {
  return createGet({ guard: createGuard({ allowPrivate: true }) })
}
