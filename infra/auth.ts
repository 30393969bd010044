import { scopes, withoutSlash } from '../src/identity/scope'
import { accountId, isPermanentStage, region } from './stage'

/** The pool holds programs that fetch a token instead of storing a key. No people sign in here. */
export const clients = new sst.aws.CognitoUserPool('Clients', {
  // `/oauth2/token` is at this domain; everybody in the region shares the names.
  domain: { prefix: $interpolate`${$app.name}-${$app.stage}-${accountId}` },
  transform: {
    userPool(pool, options) {
      // The pool's clients and their secrets are entered in senders' settings.
      options.retainOnDelete = isPermanentStage
      pool.adminCreateUserConfig = { allowAdminCreateUserOnly: true }
      return undefined
    },
  },
})

const server = new aws.cognito.ResourceServer(
  'ClientScopes',
  {
    userPoolId: clients.id,
    identifier: 'nonius',
    name: 'Nonius',
    scopes: scopes.map((scope) => ({
      scopeName: withoutSlash(scope),
      scopeDescription: `As a key with ${scope}`,
    })),
  },
  { retainOnDelete: isPermanentStage },
)

/**
 * This is the first client; more are made in the console, or here. It may do what a source's key
 * may.
 */
export const client = clients.addClient('FirstClient', {
  transform: {
    client(client, options) {
      client.generateSecret = true
      client.allowedOauthFlows = ['client_credentials']
      client.allowedOauthScopes = ['nonius/events:write', 'nonius/events:read']
      client.explicitAuthFlows = []
      delete client.callbackUrls
      // Each token is billed, US$ 2.25 a thousand (docs/cost.md), and a day is the longest (API reference,
      // CreateUserPoolClient). A client that is registered is revoked at once all the same.
      client.accessTokenValidity = 24
      client.tokenValidityUnits = { accessToken: 'hours' }
      options.retainOnDelete = isPermanentStage
      // Cognito refuses a scope that is not there yet.
      options.dependsOn = [server]
      return undefined
    },
  },
})

/** The issuer is `iss` of the tokens; their keys are below it, at `/.well-known/jwks.json`. */
export const issuer = $interpolate`https://cognito-idp.${region}.amazonaws.com/${clients.id}`
