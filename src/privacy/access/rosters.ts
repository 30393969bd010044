import { comparableId } from '../../event/person-id'
import type { DocumentKey, DocumentStore } from '../../platform/document-store'
import { GROUPS, STAFF, segmentsOfPerson, TOLD } from '../../rosters/keys'
import type { GroupDocument } from '../../rosters/stored'

const PAGE = 500

/** Reads what rosters have of a person: what they teach, and the classes that they are in, without the others in these. */
export async function* readRosters(
  documents: Pick<DocumentStore, 'get' | 'list'>,
  { tenantId, actorIds }: { tenantId: string; actorIds: readonly string[] },
): AsyncGenerator<string> {
  for (const segment of new Set(actorIds.flatMap(segmentsOfPerson))) {
    for (const place of [STAFF, TOLD]) {
      for await (const { content, updatedAt } of under([...place, segment])) {
        yield JSON.stringify({ kind: place === STAFF ? 'staff' : 'membership', updatedAt, content })
      }
    }
  }
  const theirs = new Set(actorIds.map(comparableId))
  for await (const { content, updatedAt } of under(GROUPS)) {
    const { members, ...group } = content as GroupDocument
    for (const member of members) {
      if (!member.ids.some((id) => theirs.has(comparableId(id)))) continue
      yield JSON.stringify({ kind: 'enrolment', updatedAt, content: { ...group, member } })
    }
  }

  async function* under(prefix: DocumentKey) {
    let cursor: string | undefined
    do {
      const page = await documents.list(tenantId, prefix, { limit: PAGE, cursor })
      for (const { key, updatedAt } of page.items) {
        const found = await documents.get(tenantId, key)
        if (found === undefined) continue
        yield { updatedAt, content: JSON.parse(Buffer.from(found.bytes).toString()) as unknown }
      }
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }
}
