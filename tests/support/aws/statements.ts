import { createStatementStore } from '../../../src/platform/aws/statement-store'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { memoryBlobs } from '../blobs'
import { LATER } from '../statements'
import { aDynamoDbClient, freshTable } from './emulators'
import { type Fault, withFaults } from './faults'

const signer = createTokenSigner(new Uint8Array(32).fill(7))

/** An empty table of statements, and stores over it as processes have them. */
export async function openStatements(now: () => Date = () => LATER) {
  const client = await aDynamoDbClient()
  const needs = {
    client,
    table: await freshTable(client, 'statements'),
    blobs: memoryBlobs(),
    clock: { now, monotonic: () => now().getTime() },
    tokens: async () => signer,
    maxReferrers: Number.POSITIVE_INFINITY,
  }
  return {
    ...needs,
    process: (more: Partial<typeof needs> = {}) => createStatementStore({ ...needs, ...more }),
    /** A process whose calls fail as planned (`faults.ts`). */
    async failing(plan: (command: string, nth: number) => Fault | undefined) {
      const faulty = withFaults(await aDynamoDbClient(), plan)
      return createStatementStore({ ...needs, client: faulty })
    },
  }
}
