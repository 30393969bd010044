import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installNode } from './lambda-node'

const root = join(import.meta.dirname, '../..')

// `sst dev` runs functions with this client: it has Lambda's contract in plain JavaScript,
// streaming included.
const client = join(root, '.sst/platform/dist/nodejs-runtime/index.js')

/** Finds what functions run on here: Lambda's Node, and a client of the Runtime API. */
export function lambdaRuntime(): { node: string; client: string } {
  if (!existsSync(client)) throw new Error('SST is not installed here yet: `npm run aws:install`')
  return { node: installNode(), client }
}
