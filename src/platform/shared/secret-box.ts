import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { StorageError } from '../../error/storage-error'

/** Keeps small secrets unreadable at rest, under a key that lives elsewhere. */
export interface SecretBox {
  /** @param label what the secret belongs to; it opens only under the same label */
  seal(secret: string, label: string): Uint8Array
  /** @throws {StorageError} when it was altered, moved, or sealed under another key */
  open(sealed: Uint8Array, label: string): string
}

// So that the form can change one day without guessing at what is stored.
const FORM = 1
// NIST SP 800-38D, section 8.2: 96 bits of randomness for each use, 128 bits of tag.
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM. @param key 32 bytes */
export function createSecretBox(key: Uint8Array): SecretBox {
  return {
    seal(secret, label) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label))
      const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.of(FORM), nonce, cipher.getAuthTag(), body])
    },

    open(sealed, label) {
      const tagAt = 1 + NONCE_BYTES
      const bodyAt = tagAt + TAG_BYTES
      try {
        const nonce = sealed.subarray(1, tagAt)
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
          .setAAD(Buffer.from(label))
          .setAuthTag(sealed.subarray(tagAt, bodyAt))
        const body = decipher.update(sealed.subarray(bodyAt))
        return Buffer.concat([body, decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new StorageError('a secret cannot be opened with this key', {
          isRetriable: false,
          cause,
        })
      }
    },
  }
}
