import { archiveStored, treeStored } from '../changes/consumers'
import { systemClock as clock } from '../platform/clock'
import { openLocalPlatform } from '../platform/local'
import { askToFlush } from '../platform/local/flush-requests'
import { createLog } from '../telemetry/log'

/**
 * Puts what is stored by now into the lake of a data folder, so that a query sees it, and into trees: the server
 * that runs there is asked to; where none runs, this process does it, such as after a server was
 * killed. A server cannot start meanwhile.
 * @throws {StorageError} when it could not be written, or the server does not answer
 * @throws the reason of `signal`
 */
export async function archiveNow(
  dataDir: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  if (await askToFlush(dataDir, { signal })) return
  signal?.throwIfAborted()
  await using platform = await openLocalPlatform({ dataDir, clock, log: createLog('warn') })
  await archiveStored(platform)
  await treeStored(platform)
}
