import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { StorageError } from '../../error/storage-error'
import type { SecretBox } from '../secret-box'

// The first byte names the form, which can change one day without guessing at what is stored.
const FORM = 1
// NIST SP 800-38D, section 8.2, asks for 96 random bits for each use and a tag of 128 bits.
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Seals with AES-256-GCM. @param key 32 bytes */
export function createSecretBox(key: Uint8Array): SecretBox {
  function openBytes(sealed: Uint8Array, label: string): Buffer {
    const tagAt = 1 + NONCE_BYTES
    const bodyAt = tagAt + TAG_BYTES
    try {
      const nonce = sealed.subarray(1, tagAt)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(label))
        .setAuthTag(sealed.subarray(tagAt, bodyAt))
      const body = decipher.update(sealed.subarray(bodyAt))
      return Buffer.concat([body, decipher.final()])
    } catch (cause) {
      throw new StorageError('a secret cannot be opened with this key', {
        isRetriable: false,
        cause,
      })
    }
  }

  return {
    seal(secret, label) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label))
      const bytes = typeof secret === 'string' ? Buffer.from(secret) : secret
      const body = Buffer.concat([cipher.update(bytes), cipher.final()])
      return Buffer.concat([Buffer.of(FORM), nonce, cipher.getAuthTag(), body])
    },

    open: (sealed, label) => openBytes(sealed, label).toString('utf8'),

    openBytes,
  }
}
