import type { ServingPlatform } from '../../src/platform/platform'

/** Everything that the ports give of a tenant, as one text. */
export async function readable(
  { events, quarantine, documents, statements, blobs }: ServingPlatform,
  tenantId: string,
): Promise<string> {
  const page = { limit: 1000 }
  const found: unknown[] = [
    (await events.query(tenantId, {}, page)).items,
    (await quarantine.list(tenantId, page)).items,
  ]
  for (const { key, metadata } of (await documents.list(tenantId, [], page)).items) {
    const document = await documents.get(tenantId, key)
    found.push(key, metadata, Buffer.from(document!.bytes).toString('latin1'))
  }
  const query = { finders: [], ascending: true }
  const bounds = { limit: 100, maxBytes: 1024 * 1024 }
  found.push((await statements.query(tenantId, query, bounds)).statements)
  for (const { key } of await blobs.list(`attachments/${tenantId}/`, 100)) {
    found.push(key, Buffer.from((await blobs.get(key))!).toString('latin1'))
  }
  return JSON.stringify(found)
}

/** What stands around a text, for a failure to show; empty where it is not found. */
export function around(text: string, wanted: string): string {
  const at = text.indexOf(wanted)
  return at < 0 ? '' : text.slice(Math.max(0, at - 300), at + 100)
}
