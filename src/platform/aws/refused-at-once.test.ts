import { expect, it } from 'bun:test'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { type Fault, withFaults } from '../../../tests/support/aws/faults'
import { refusedAtOnce } from './refused-at-once'

/** Counts the attempts of one call that fails at each. */
async function attemptsAt(fault: Fault): Promise<{ attempts: number; name: string }> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new DynamoDBClient({ region: 'eu-central-1', credentials })
  let attempts = 0
  withFaults(client, () => {
    attempts += 1
    return fault
  })
  const error = await refusedAtOnce(client)
    .send(new ListTablesCommand())
    .catch((thrown) => thrown)
  return { attempts, name: error.name }
}

it('a client asks once where it asks too often, and again where the service failed', async () => {
  expect(await attemptsAt('throttled')).toEqual({ attempts: 1, name: 'ThrottlingException' })
  const broken = await attemptsAt('broken')
  expect(broken.name).toBe('InternalServerError')
  expect(broken.attempts).toBeGreaterThan(2)
})
