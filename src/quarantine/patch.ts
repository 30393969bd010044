/** One operation of a JSON Patch (RFC 6902, section 4). */
export type PatchOperation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: unknown }
  | { op: 'move'; path: string; from: string }
  | { op: 'copy'; path: string; from: string }
  | { op: 'remove'; path: string }

/** For a person's repair by hand; programs that need more had better send the item anew. */
export const MAX_OPERATIONS = 100
