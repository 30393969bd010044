/** A box makes texts and bytes unreadable at rest, under a key that lives elsewhere. */
export interface SecretBox {
  /** @param label names the owner of the secret, which opens only under the same label */
  seal(secret: string | Uint8Array, label: string): Uint8Array
  /** @throws {StorageError} when it was altered, moved, or sealed under another key */
  open(sealed: Uint8Array, label: string): string
  /** Opens, as `open` does, a secret that is no text. */
  openBytes(sealed: Uint8Array, label: string): Uint8Array
}
