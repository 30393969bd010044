import { join } from 'node:path'
import { lambdaRuntime } from '../../../tools/aws-local/lambda-runtime'
import { createLocalFunction } from '../../../tools/aws-local/local-function'
import type { FunctionSpec } from '../../../tools/aws-local/sandbox'

/** A function of the fixtures, on the Node that Lambda runs. */
export function aFunction(
  handler: string,
  changes: Partial<FunctionSpec> = {},
  sandboxes?: number,
) {
  const logged: string[] = []
  const spec: FunctionSpec = {
    name: 'fixture',
    arn: 'arn:aws:lambda:us-east-1:123456789012:function:fixture',
    codeDir: join(import.meta.dir, 'fixtures'),
    handler,
    timeout: 20,
    memoryMb: 512,
    environment: { SETTING: 'as deployed' },
    runtime: lambdaRuntime(),
    onLog: (line) => void logged.push(line),
    ...changes,
  }
  return { ...createLocalFunction(spec, sandboxes), logged }
}

type Given = Record<string, unknown>

/** What a function returned. @throws when it failed */
export async function returned(invocation: ReturnType<ReturnType<typeof aFunction>['invoke']>) {
  const outcome = await invocation
  if (outcome.kind === 'failed') throw new Error(outcome.errorMessage)
  return outcome.payload as Given
}
