import { StorageError } from '../../error/storage-error'
import type { StatementStore } from '../statement-store'

// SKELETON: whoever writes the store on DynamoDB replaces this file.

export function absentStatements(): StatementStore {
  const absent = () => {
    throw new StorageError('no statement store yet', { isRetriable: false })
  }
  return {
    begin: absent,
    add: absent,
    get: absent,
    query: absent,
    consistentThrough: absent,
    activity: absent,
    agent: absent,
    expire: absent,
    erase: absent,
    async [Symbol.asyncDispose]() {},
  }
}
