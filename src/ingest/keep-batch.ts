import type { Issue } from '../error/issue'
import type { Reading } from '../event/reading'
import type { Receipt } from '../event/receipt'
import { joinReceipts, type PartReceipt } from './join-receipts'
import type { Part } from './read-batch'

interface Needs {
  sender: { sourceId: string; server: { requestId: string } }
  keep(reading: Reading): Promise<Receipt>
  /** Quarantines a whole body. @returns its id there */
  setAside(body: string, errors: Issue[]): Promise<string>
}

const nothing = { eventCount: 0, eventIds: [], entityCount: 0, entityIds: [], duplicates: 0 }

/** Keeps each body of a batch as if it had come alone; the reply is one for all of them. */
export async function keepBatch(parts: readonly Part[], needs: Needs): Promise<Receipt> {
  const { sourceId, server } = needs.sender

  async function keepPart(part: Part): Promise<PartReceipt> {
    const { text, size } = part
    if ('reading' in part) return { receipt: await needs.keep(part.reading), size }
    const { errors } = part
    const quarantined = [{ index: 0, quarantineId: await needs.setAside(text, errors), errors }]
    return { receipt: { ...nothing, quarantined }, size }
  }

  // Together, so that they share their durable writes.
  const receipts = await Promise.all(parts.map(keepPart))
  return joinReceipts({ sourceId, requestId: server.requestId }, receipts)
}
