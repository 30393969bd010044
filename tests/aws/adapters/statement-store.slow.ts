import { setDefaultTimeout } from 'bun:test'
import { statementStoreContract } from '../../contracts/statement-store.contract'
import { openStatements } from '../../support/aws/statements'
import type { CreateStatementStore } from '../../support/statements'

// DynamoDB Local is one process: a thousand finders, or a random sequence, take it a second.
setDefaultTimeout(240_000)

const create: CreateStatementStore = async ({ now } = {}) => (await openStatements(now)).process()

statementStoreContract('DynamoDB', create, { runs: 10, isSlow: true })
