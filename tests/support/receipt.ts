import { expect } from 'bun:test'
import type { Receipt } from '../../src/event/receipt'

/** Reads the receipt that answers a list, and the one in what answers a native event by itself. */
export async function receiptIn(response: Response): Promise<Receipt> {
  expect([200, 201]).toContain(response.status)
  const body = (await response.json()) as Receipt & { receipt?: Receipt }
  expect(body.receipt !== undefined).toBe(response.status === 201)
  return body.receipt ?? body
}
