/** We say this of what a reducer did; all else that is thrown is its own. */
export class ReducerFault extends Error {}
