/**
 * The key set of an issuer, found as OpenID Connect Discovery 1.0, section 4, says: its configuration
 * stands at a known place and names it.
 * @param get reads a text
 * @throws {Error} when either cannot be read, or the configuration is another issuer's (section 4.3)
 */
export function readIssuerKeys(get: (url: string) => Promise<string>) {
  return async function readKeys(issuer: string): Promise<string> {
    const place = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const { issuer: named, jwks_uri: keys } = JSON.parse(await get(place))
    if (named !== issuer) throw new Error('its configuration is that of another issuer')
    if (typeof keys !== 'string') throw new Error('its configuration names no key set')
    return get(keys)
  }
}
