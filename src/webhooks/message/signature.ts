import { createHmac, sign } from 'node:crypto'
import type { SignatureScheme, Webhook } from '../../platform/registry/webhooks'
import { usual } from '../usual'
import { privateKeyOf } from './key-pair'
import { keyOf } from './secret'

/** A webhook signs with these. */
export type Signing = Pick<Webhook, 'secret' | 'privateKey' | 'former' | 'signatures'>

type Keys = Pick<Signing, 'secret' | 'privateKey'>

/**
 * Returns the three headers of Standard Webhooks. "Signature scheme": the signed content is id,
 * timestamp (seconds) and payload, joined by full stops; there may be several signatures, with blanks
 * between, of several schemes and, while a secret is being replaced, of several secrets. "Webhook
 * headers": the id stays the same when a message is sent again, the timestamp is that of the attempt.
 * @param body before it is compressed
 */
export function signedHeaders(webhook: Signing, deliveryId: string, at: Date, body: Uint8Array) {
  const timestamp = Math.floor(at.getTime() / 1000).toString()
  const content = [Buffer.from(`${deliveryId}.${timestamp}.`), body]
  const { signatures: schemes = usual.signatures, former = [] } = webhook
  const good = former.filter(({ until }) => Date.parse(until) > at.getTime())
  const keys: Keys[] = [webhook, ...good]
  const signatures = schemes.flatMap((scheme) =>
    keys.flatMap((key) => signers[scheme](key, content)),
  )
  return {
    'webhook-id': deliveryId,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}

const signers: Record<SignatureScheme, (keys: Keys, content: readonly Uint8Array[]) => string[]> = {
  v1({ secret }, content) {
    const mac = createHmac('sha256', keyOf(secret))
    for (const part of content) mac.update(part)
    return [`v1,${mac.digest('base64')}`]
  },

  v1a({ privateKey }, content) {
    if (privateKey === undefined) return []
    // Ed25519 goes over the content twice, so it has to be in one piece.
    const signature = sign(null, Buffer.concat(content), privateKeyOf(privateKey))
    return [`v1a,${signature.toString('base64')}`]
  },
}
