import { isPermanentStage } from './stage'

/** The key seals the root secret, from which every other secret is derived. It never leaves KMS. */
export const rootKey = new aws.kms.Key(
  'RootKey',
  {
    description: `Nonius ${$app.stage}: seals the root secret in the registry`,
    // The sealed secret is decrypted, never encrypted again: rotation retains old key material.
    enableKeyRotation: true,
    // KMS offers at most this long to think again: without this key webhook secrets are unreadable.
    deletionWindowInDays: 30,
  },
  { retainOnDelete: isPermanentStage },
)
