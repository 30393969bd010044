import type { DocumentStore } from '../../platform/document-store'
import type { RootSink } from '../../platform/root-sink'
import type { SecretBox } from '../../platform/secret-box'
import type { Trees } from '../../platform/trees'
import type { Log } from '../../telemetry/log'
import { closeHours } from './close'
import { createPublish } from './publish'
import { createRoots } from './roots'
import { createSigner } from './signer'

interface Needs {
  trees: Pick<Trees, 'closable' | 'close' | 'heads'>
  documents: Pick<DocumentStore, 'get' | 'put'>
  box(): Promise<SecretBox>
  /** Signs roots, PKCS #8 DER in base64; not at all when left out. */
  key?: string | undefined
  sinks: readonly RootSink[]
  log: Log
}

/**
 * Makes what closes hours, chains their roots, signs and publishes them. A failure is logged: it holds up nothing
 * else, and the next call goes on.
 * @returns a function that is told up to when all that was stored is in its tree
 */
export function createClosing({ key, sinks, ...needs }: Needs) {
  const sign = key === undefined ? undefined : createSigner(key).sign
  const roots = createRoots({ ...needs, sign })
  const publish = createPublish({ ...needs, roots, sinks })
  return async function close(tenantIds: readonly string[], through: Date): Promise<void> {
    try {
      await closeHours({ ...needs, roots, publish }, tenantIds, through)
    } catch (error) {
      const reason = (error as Error).message
      needs.log.error('hours of the log were not closed; the next call goes on', { reason })
    }
  }
}
