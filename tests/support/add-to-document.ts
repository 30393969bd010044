import { systemClock as clock } from '../../src/platform/clock'
import { openDatabase } from '../../src/platform/local/database'
import { createDocumentStore, documentsSchema } from '../../src/platform/local/document-store'
import { createTokenSigner } from '../../src/platform/shared/page-token'

// A process that adds one to the document `sum` of a file, so many times, beside others.

const [file = '', times = '0'] = process.argv.slice(2)
const db = openDatabase(file, documentsSchema)
const store = createDocumentStore(db, { clock, tokens: createTokenSigner(new Uint8Array(32)) })

for (let added = 0; added < Number(times); ) {
  const { bytes, etag } = (await store.get('school', ['sum']))!
  const content = {
    bytes: Buffer.from(String(Number(Buffer.from(bytes).toString()) + 1)),
    contentType: 'text/plain',
  }
  const { kind } = await store.put('school', ['sum'], content, { ifMatch: etag })
  if (kind === 'stored') added += 1
}
db.close()
