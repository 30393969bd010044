import { setDefaultTimeout } from 'bun:test'
import { statementStoreContract } from '../../contracts/statement-store.contract'
import { openStatements } from '../../support/aws/statements'
import type { CreateStatementStore } from '../../support/statements'

// DynamoDB Local is one process, with a thousand items to write here and there.
setDefaultTimeout(60_000)

const create: CreateStatementStore = async ({ now } = {}) => (await openStatements(now)).process()

statementStoreContract('DynamoDB', create, { runs: 40 })
