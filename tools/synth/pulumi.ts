import { fromPlatform } from './paths'

/**
 * This is the part of `@pulumi/pulumi` that is used here; its types are only there once SST is
 * installed.
 */
export interface Pulumi {
  runtime: {
    setMocks(
      mocks: { newResource(args: MockedResource): Created; call(args: MockedCall): object },
      project: string,
      stack: string,
      preview: boolean,
      organization: string,
    ): Promise<void>
    runInPulumiStack(program: () => Promise<unknown>): Promise<unknown>
    registerStackTransformation(transform: (args: Registered) => undefined): void
    disconnect(): Promise<void>
  }
}

export interface MockedResource {
  type: string
  name: string
  inputs: Record<string, unknown>
  /** The flag says whether a provider makes the resource; none makes components. */
  custom?: boolean
  /** The id is set when an existing resource is read and nothing is made. */
  id?: string
}

export interface Created {
  id: string
  state: Record<string, unknown>
}

export interface MockedCall {
  token: string
  inputs: Record<string, unknown>
}

export interface Registered {
  type: string
  name: string
  opts: {
    parent?: { __name?: string }
    protect?: boolean
    deleteBeforeReplace?: boolean
    retainOnDelete?: boolean
    ignoreChanges?: string[]
  }
}

export function loadPulumi(): Pulumi {
  return fromPlatform('@pulumi/pulumi')
}

// This value marks a secret in what Pulumi sends to its engine (`sdk/nodejs/runtime/rpc.ts`,
// specialSecretSig).
const SECRET = '4dabf18193072939515e22adb298388d'

/** Removes the wrapping of secrets: here nothing is secret. */
export function plain<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(plain) as Value
  if (value === null || typeof value !== 'object') return value
  const fields = value as Record<string, unknown>
  if (SECRET in fields) return plain(fields.value) as Value
  return Object.fromEntries(Object.entries(fields).map(([key, one]) => [key, plain(one)])) as Value
}
