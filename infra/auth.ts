import { scopes } from '../src/identity/scope'
import { accountId, isPermanentStage, region } from './stage'

/** Programs that fetch a token instead of keeping a key. No people sign in here. */
export const clients = new sst.aws.CognitoUserPool('Clients', {
  // Where `/oauth2/token` is; the name is shared by everybody in the region.
  domain: { prefix: $interpolate`${$app.name}-${$app.stage}-${accountId}` },
  transform: {
    userPool(pool, options) {
      // Its clients and their secrets are entered in senders' settings.
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
      scopeName: scope,
      scopeDescription: `As a key with ${scope}`,
    })),
  },
  { retainOnDelete: isPermanentStage },
)

/** The first one; more are made in the console, or here. It may do what a source's key may. */
export const client = clients.addClient('FirstClient', {
  transform: {
    client(client, options) {
      client.generateSecret = true
      client.allowedOauthFlows = ['client_credentials']
      client.allowedOauthScopes = ['nonius/events:write', 'nonius/events:read']
      client.explicitAuthFlows = []
      delete client.callbackUrls
      client.accessTokenValidity = 1
      client.tokenValidityUnits = { accessToken: 'hours' }
      options.retainOnDelete = isPermanentStage
      // A scope that is not there yet is refused.
      options.dependsOn = [server]
      return undefined
    },
  },
})

/** `iss` of the tokens; their keys are below it, at `/.well-known/jwks.json`. */
export const issuer = $interpolate`https://cognito-idp.${region}.amazonaws.com/${clients.id}`
