import { createDocumentStore } from '../../../src/platform/aws/document-store'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { rootsContract } from '../../contracts/roots.contract'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { memoryBlobs } from '../../support/blobs'
import { aRunningClock } from '../../support/clock'

const signer = createTokenSigner(new Uint8Array(32).fill(7))
const tokens = async () => signer

rootsContract('DynamoDB', async () => {
  const client = await aDynamoDbClient()
  const table = await freshTable(client, 'documents')
  const clock = aRunningClock()
  const open = () => createDocumentStore({ client, table, blobs: memoryBlobs(), clock, tokens })
  return {
    documents: open(),
    another: open(),
    async [Symbol.asyncDispose]() {
      client.destroy()
    },
  }
})
