/**
 * A tally is told by each process how many requests it had of a caller, and tells what all of them had.
 */
export interface RateTally {
  /**
   * Adds requests of a caller.
   * @param caller its kind, its class of routes, and who it is, e.g. `key`, `publish`, `key_1`; equal lists
   * are one caller
   * @returns requests of all processes, these included. It grows for as long as somebody adds, and may begin
   * at nothing again when nobody did for two days
   * @throws {StorageError} whether they were added is then not known
   */
  add(caller: readonly string[], requests: number): Promise<number>
}
