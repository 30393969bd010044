import { join } from 'node:path'
import type { Graph, GraphResource } from '../../synth/graph'
import { samplesIn } from '../cloudwatch/embedded'
import type { Count } from '../cloudwatch/metric-store'
import { emulated } from '../emulators/start'
import type { Statement } from '../iam/policy'
import type { Identity } from '../iam/proxy'
import type { FunctionSpec } from '../sandbox'
import { renamedLinks } from './links'

interface Options {
  /** The graph has the names of this machine. */
  graph: Graph
  rename(text: string): string
  /** Functions believe AWS to be here. */
  endpoint: string
  /** They find Cognito here, which they ask without a signature. */
  cognito: string
  stateDir: string
  runtime: FunctionSpec['runtime']
  /** These settings override those of the graph. */
  environment: Record<string, string>
  log(functionName: string, line: string): void
  /** Samples of metrics are reported here: those that Lambda counts, and those in the lines of functions. */
  count: Count
}

/** Returns every function of the graph as it would be deployed, by its ARN. */
export function functionSpecs(options: Options): Map<string, FunctionSpec> {
  const functions = options.graph.resources.filter(
    ({ type }) => type === 'aws:lambda/function:Function',
  )
  return new Map(functions.map((one) => [String(one.outputs.arn), functionSpec(one, options)]))
}

function functionSpec({ inputs, outputs, parent }: GraphResource, options: Options): FunctionSpec {
  const artifact = options.graph.artifacts.find(({ functionName }) => functionName === parent)
  if (!artifact) throw new Error(`the graph has no artifact of ${parent}`)
  const { variables = {} } = inputs.environment ?? {}
  const links = join(options.stateDir, `${parent}.enc`)
  return {
    name: inputs.name,
    arn: String(outputs.arn),
    codeDir: artifact.folder,
    handler: artifact.handler,
    timeout: inputs.timeout,
    memoryMb: inputs.memorySize,
    environment: {
      ...variables,
      SST_KEY_FILE: renamedLinks(artifact.folder, variables.SST_KEY, options.rename, links),
      AWS_REGION: emulated.region,
      AWS_ACCESS_KEY_ID: accessKeyOf(inputs.role),
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: options.endpoint,
      AWS_LOCAL_COGNITO: options.cognito,
      NODE_OPTIONS: `--require ${join(import.meta.dirname, '../cognito.cjs')}`,
      ...options.environment,
    },
    runtime: options.runtime,
    // Without a limit of its own SST writes -1.
    reserved:
      inputs.reservedConcurrentExecutions >= 0 ? inputs.reservedConcurrentExecutions : undefined,
    onCounted: (name, value) =>
      options.count({
        ...{ namespace: 'AWS/Lambda', name, value },
        dimensions: { FunctionName: inputs.name },
      }),
    onLog(line) {
      options.log(parent ?? inputs.name, line)
      for (const sample of samplesIn(line)) options.count(sample)
    },
  }
}

/**
 * Derives an access key that stands for a role's temporary key. DynamoDB Local takes letters and
 * digits only.
 */
export function accessKeyOf(roleArn: string): string {
  return roleArn
    .split('/')
    .at(-1)!
    .replace(/[^A-Za-z0-9]/g, '')
}

/** Returns what each role may do, by its access key. */
export function identitiesOf({ resources }: Graph): Map<string, Identity> {
  const roles = resources.filter(({ type }) => type === 'aws:iam/role:Role')
  const policies = resources.filter(({ type }) => type === 'aws:iam/rolePolicy:RolePolicy')
  return new Map(
    roles.map(({ inputs, outputs }) => {
      const arn = String(outputs.arn)
      const own = policies.filter((one) => [arn, outputs.id].includes(one.inputs.role))
      const documents = [...(inputs.inlinePolicies ?? []), ...own.map((one) => one.inputs)]
      const statements = documents.flatMap(
        ({ policy }: { policy: string }) => JSON.parse(policy).Statement as Statement[],
      )
      const session = arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')
      return [accessKeyOf(arn), { arn: `${session}/local`, statements }]
    }),
  )
}
