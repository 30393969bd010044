export function heapSettings(limit: number): Record<string, string>
export function limitIn(env: Record<string, string | undefined>): number | undefined
