import { CreateAliasCommand, CreateKeyCommand, DescribeKeyCommand } from '@aws-sdk/client-kms'
import type { GraphResource } from '../../synth/graph'
import type { AdminClients } from './clients'

/** Makes a key, or finds the one of an earlier start by its alias. @returns its id */
export async function provisionKey(
  { name, inputs }: GraphResource,
  deployment: string,
  { kms }: AdminClients,
): Promise<string> {
  const AliasName = `alias/${deployment}-${name}`
  try {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: AliasName }))
    return KeyMetadata!.KeyId!
  } catch (error) {
    if ((error as Error).name !== 'NotFoundException') throw error
  }
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: inputs.description }))
  const TargetKeyId = KeyMetadata!.KeyId!
  await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }))
  return TargetKeyId
}
