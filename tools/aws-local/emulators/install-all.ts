import { installNode } from '../lambda-node'
import { installDynamoDb, installMinistack } from './install'
import { installIceberg, installTrino } from './trino'

// Installs what the suites of AWS run on, so that two of them can begin at the same time: each of
// them installs what it does not find.
const all = [installDynamoDb, installMinistack, installNode, installTrino, installIceberg]
for (const install of all) install()
