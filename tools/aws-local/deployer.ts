import { emulated } from './emulators/start'
import type { Identity } from './iam/proxy'

/** The deployer deploys and looks after the deployment, and may do everything. */
export const deployer = {
  accessKeyId: 'deployer',
  identity: {
    arn: `arn:aws:iam::${emulated.accountId}:user/deployer`,
    statements: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  } satisfies Identity,
}

/** Lets the adapters of this process speak to the deployment as they speak to AWS. */
export function becomeDeployer(endpoint: string): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: emulated.region,
    AWS_ACCESS_KEY_ID: deployer.accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
  })
}
